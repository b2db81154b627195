//! Instances come and go without leaving a thread behind: plugin libraries are unloaded.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use manycord::Manycord;
use nice_plug::context::PluginApi;
use nice_plug::prelude::*;

/// What a host says to an activation.
struct Host;

impl ActivateContext<Manycord> for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute(&self, (): ()) {}
    fn set_latency_samples(&self, _samples: u32) {}
    fn set_current_voice_capacity(&self, capacity: u32) {
        assert!((1..=128).contains(&capacity));
    }
}

fn activate(plugin: &mut Manycord, sample_rate: f32) {
    let buffer = BufferConfig {
        sample_rate,
        min_buffer_size: None,
        max_buffer_size: 512,
        process_mode: ProcessMode::Realtime,
    };
    assert!(plugin.activate(&Manycord::AUDIO_IO_LAYOUTS[0], &buffer, &mut Host));
}

fn our_threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux lists the threads of a process");
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with("manycord-")).count()
}

/// Waits for a number of our threads: a new one takes a moment to name itself, one that ended to vanish.
fn expect_threads(expected: impl Fn(usize) -> bool, what: &str) {
    let begun = Instant::now();
    while !expected(our_threads()) {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: {} threads", our_threads());
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn fifty_instances_leave_no_thread_behind() {
    for cycle in 0..50 {
        let (mut one, mut two) = (Manycord::default(), Manycord::default());
        expect_threads(|count| count == 0, "an instance that was never active has a thread");
        activate(&mut one, 48_000.0);
        activate(&mut two, 44_100.0);
        activate(&mut two, 96_000.0);
        expect_threads(|count| count >= 2, "no keepers");
        one.deactivate();
        if cycle % 2 == 0 {
            two.deactivate();
        }
        drop(one);
        drop(two);
        expect_threads(|count| count == 0, "both are gone");
    }
}
