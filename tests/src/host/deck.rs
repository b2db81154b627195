//! The audio thread's side of one instance: buffers, the score's position and what was played. It may move between
//! threads from block to block; each call into the plugin is timed and, under the shim, watched.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clack_host::events::event_types::{TransportEvent, TransportFlags};
use clack_host::events::{EventFlags, EventHeader};
use clack_host::prelude::{
    AudioPortBuffer, AudioPortBufferType, AudioPorts, EventBuffer, InputChannel, PluginAudioProcessor,
    StoppedPluginAudioProcessor,
};
use manycord::song::Song;

use super::callbacks::Callbacks;
use super::instance::Ports;
use super::score::Score;
use super::shim::Shim;
use super::times::Times;

/// What the plugin hears.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Input {
    /// Nothing.
    #[default]
    Silence,
    /// A sine at this many hertz, −12 dBFS, on all channels.
    Sine(f64),
}

/// Plays one instance.
pub struct Deck {
    processor: PluginAudioProcessor<Callbacks>,
    sample_rate: f64,
    /// One buffer a channel, for each port.
    inputs: Vec<Vec<Vec<f32>>>,
    outputs: Vec<Vec<Vec<f32>>>,
    input_ports: AudioPorts,
    output_ports: AudioPorts,
    events: EventBuffer,
    answers: EventBuffer,
    score: Arc<Score>,
    song: Option<Arc<Song>>,
    next_event: usize,
    input: Input,
    position: u64,
    played: Arc<AtomicU64>,
    shim: Option<Shim>,
    allocating: bool,
    /// Time spent in the plugin.
    pub times: Times,
    /// Left and right of the first output port, from the beginning.
    pub heard: [Vec<f32>; 2],
}

/// Events that fit a block before the host's own buffers grow.
const EVENTS: usize = 4_096;

impl Deck {
    pub(super) fn new(
        processor: StoppedPluginAudioProcessor<Callbacks>,
        ports: &Ports,
        sample_rate: f64,
        most_frames: usize,
    ) -> Deck {
        let buffers = |ports: &[usize]| -> Vec<Vec<Vec<f32>>> {
            ports.iter().map(|&channels| vec![vec![0.0; most_frames]; channels]).collect()
        };
        Deck {
            processor: processor.into(),
            sample_rate,
            inputs: buffers(&ports.inputs),
            outputs: buffers(&ports.outputs),
            input_ports: AudioPorts::with_capacity(ports.inputs.iter().sum(), ports.inputs.len()),
            output_ports: AudioPorts::with_capacity(ports.outputs.iter().sum(), ports.outputs.len()),
            events: EventBuffer::with_capacity(EVENTS),
            answers: EventBuffer::with_capacity(EVENTS),
            score: Arc::default(),
            song: None,
            next_event: 0,
            input: Input::Silence,
            position: 0,
            played: Arc::default(),
            shim: Shim::find(),
            allocating: false,
            times: Times::default(),
            heard: [Vec::new(), Vec::new()],
        }
    }

    /// Plays this score from now on; its frames count from the stream's beginning.
    pub fn set_score(&mut self, score: Score) {
        self.next_event = score.events().partition_point(|event| event.frame < self.position);
        self.score = Arc::new(score);
    }

    /// Follows the song's tempo and bars instead of 120 beats per minute.
    pub fn set_tempo(&mut self, song: Song) {
        self.song = Some(Arc::new(song));
    }

    /// What the plugin hears from now on.
    pub fn set_input(&mut self, input: Input) {
        self.input = input;
    }

    /// Allocates and frees once in each block, so that one can see that it is counted.
    pub fn set_allocating(&mut self, allocating: bool) {
        self.allocating = allocating;
    }

    /// Frames played so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Frames played so far, for other threads to look at.
    pub fn played(&self) -> Arc<AtomicU64> {
        self.played.clone()
    }

    /// Plays one block, which may be longer than announced.
    ///
    /// # Errors
    /// When the plugin reports one.
    pub fn block(&mut self, frames: usize) -> Result<()> {
        self.prepare(frames);
        let transport = self.transport();
        let inputs = self.inputs.iter_mut().map(|port| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_input_only(
                port.iter_mut().map(move |channel| InputChannel::variable(&mut channel[..frames])),
            ),
        });
        let inputs = self.input_ports.with_input_buffers(inputs);
        let outputs = self.outputs.iter_mut().map(|port| AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(
                port.iter_mut().map(move |channel| &mut channel[..frames]),
            ),
        });
        let mut outputs = self.output_ports.with_output_buffers(outputs);
        self.answers.clear();
        let mut answers = self.answers.as_output();
        let processor = self.processor.ensure_processing_started().context("the plugin does not start")?;
        if let Some(shim) = &self.shim {
            shim.begin();
        }
        if self.allocating {
            drop(std::hint::black_box(Box::new(self.position)));
        }
        let start = Instant::now();
        let status = processor.process(
            &inputs,
            &mut outputs,
            &self.events.as_input(),
            &mut answers,
            Some(self.position),
            Some(&transport),
        );
        let spent = start.elapsed();
        if let Some(shim) = &self.shim {
            shim.end();
        }
        status.context("the plugin reports an error")?;
        self.times.add(spent, Duration::from_secs_f64(frames as f64 / self.sample_rate));
        if let Some(port) = self.outputs.first() {
            for (heard, channel) in self.heard.iter_mut().zip(port) {
                heard.extend_from_slice(&channel[..frames]);
            }
        }
        self.position += frames as u64;
        self.played.store(self.position, Ordering::Relaxed);
        Ok(())
    }

    /// Plays blocks of the sizes that `size` gives until `frames` more frames are played.
    ///
    /// # Errors
    /// When the plugin reports one.
    pub fn play(&mut self, frames: usize, mut size: impl FnMut() -> usize) -> Result<()> {
        let end = self.position + frames as u64;
        while self.position < end {
            let left = (end - self.position) as usize;
            self.block(size().min(left))?;
        }
        Ok(())
    }

    /// Fills the inputs and gathers the events of the next block.
    fn prepare(&mut self, frames: usize) {
        for channel in self.inputs.iter_mut().chain(&mut self.outputs).flatten() {
            if channel.len() < frames {
                channel.resize(frames, 0.0);
            }
        }
        if let Input::Sine(hertz) = self.input {
            for channel in self.inputs.iter_mut().flatten() {
                for (frame, value) in (self.position..).zip(&mut channel[..frames]) {
                    let turns = frame as f64 * hertz / self.sample_rate;
                    *value = ((turns.fract() * std::f64::consts::TAU).sin() * 0.25) as f32;
                }
            }
        }
        self.events.clear();
        let end = self.position + frames as u64;
        while let Some(event) = self.score.events().get(self.next_event).filter(|event| event.frame < end) {
            event.put(self.position, &mut self.events);
            self.next_event += 1;
        }
    }

    fn transport(&self) -> TransportEvent {
        let seconds = self.position as f64 / self.sample_rate;
        let (tempo, beats, beats_per_bar) = match &self.song {
            Some(song) => {
                let now = song.transport(seconds, self.sample_rate);
                (now.tempo_bpm, now.beats, now.beats_per_bar)
            }
            None => (120.0, seconds * 2.0, 4.0),
        };
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags: TransportFlags::HAS_TEMPO
                | TransportFlags::HAS_BEATS_TIMELINE
                | TransportFlags::HAS_SECONDS_TIMELINE
                | TransportFlags::HAS_TIME_SIGNATURE
                | TransportFlags::IS_PLAYING,
            song_pos_beats: beats.into(),
            song_pos_seconds: seconds.into(),
            tempo,
            tempo_inc: 0.0,
            loop_start_beats: 0.0.into(),
            loop_end_beats: 0.0.into(),
            loop_start_seconds: 0.0.into(),
            loop_end_seconds: 0.0.into(),
            bar_start: ((beats / beats_per_bar).floor() * beats_per_bar).into(),
            bar_number: (beats / beats_per_bar) as i32,
            time_signature_numerator: beats_per_bar.round() as u16,
            time_signature_denominator: 4,
        }
    }

    /// Stops playing.
    pub(super) fn stop(self) -> StoppedPluginAudioProcessor<Callbacks> {
        self.processor.into_stopped()
    }
}
