//! What is known when all is played.

use std::path::Path;

use anyhow::{Context, Result};
use manycord_tests::host::Times;
use manycord_tests::render;
use serde_json::json;

use crate::args::Args;

/// Figures of one performance.
pub struct Figures {
    pub plugin: String,
    pub params: usize,
    pub rate: f64,
    pub latency: u32,
    pub workers: Option<usize>,
    pub edits: usize,
    pub times: Times,
    pub heard: [Vec<f32>; 2],
    /// Calls of the C allocator on audio threads, and where the first came from; `None`: not counted.
    pub allocations: Option<(u64, Vec<String>)>,
}

impl Figures {
    /// Writes what the command line asks for.
    pub fn put(&self, args: &Args) -> Result<()> {
        if let Some(path) = &args.out {
            write_wav(path, &self.heard, self.rate)?;
        }
        if args.hash {
            println!("{:016x}", render::hash(&self.heard));
        }
        if let Some(path) = &args.json {
            let text = format!("{:#}\n", self.json());
            if path.as_os_str() == "-" {
                print!("{text}");
            } else {
                std::fs::write(path, text)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
            }
        }
        Ok(())
    }

    fn json(&self) -> serde_json::Value {
        let length = self.heard[0].len() as f64 / self.rate;
        let all = || self.heard.iter().flatten();
        let peak = all().fold(0.0f64, |peak, &value| peak.max(f64::from(value.abs())));
        let power = all().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>();
        let rms = (power / all().count().max(1) as f64).sqrt();
        json!({
            "plugin": self.plugin,
            "params": self.params,
            "latency_frames": self.latency,
            "length_s": length,
            "peak": peak,
            "rms": rms,
            "finite": all().all(|value| value.is_finite()),
            "workers": self.workers,
            "edits": self.edits,
            "blocks": self.times.blocks,
            "realtime_factor": length / self.times.sum.as_secs_f64().max(1e-9),
            "longest_block_us": self.times.longest.as_secs_f64() * 1e6,
            "deadline_us": self.times.deadline.as_secs_f64() * 1e6,
            "hash": format!("{:016x}", render::hash(&self.heard)),
            "audio_path_allocations": self.allocations.as_ref().map(|(count, _)| count),
            "first_allocation": self.allocations.as_ref().map(|(_, from)| from),
        })
    }
}

/// The pool's threads in this process; `None` where the system does not tell.
pub fn workers() -> Option<usize> {
    let threads = std::fs::read_dir("/proc/self/task").ok()?;
    let names = threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("comm")).ok());
    Some(names.filter(|name| name.starts_with("manycord-w")).count())
}

fn write_wav(path: &Path, sides: &[Vec<f32>; 2], rate: f64) -> Result<()> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: rate.round() as u32,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let full_scale = f64::from((1 << 23) - 1);
    let mut writer = hound::WavWriter::create(path, spec)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    for (left, right) in sides[0].iter().zip(&sides[1]) {
        for value in [left, right] {
            writer.write_sample((f64::from(*value).clamp(-1.0, 1.0) * full_scale).round() as i32)?;
        }
    }
    Ok(writer.finalize()?)
}
