//! What the laws drive a single unit with: voltages, knob moves and notes, all from a seed.

use manycord_modules::rig::{Drive, Rig};
use manycord_modules::{BLOCK, Group, LANES, LaneEventKind, PortKind, Role, Scale, Spec, Transport};

use crate::random::{Random, value};

/// How a unit is driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// What a patch would bring: every input patched, knobs turned now and then.
    Musical,
    /// Knobs stand still, and are known to.
    Still,
    /// Knobs stand still, but are delivered frame by frame as if they moved.
    StillButMoving,
    /// Knobs jump from end to end of their ranges.
    Extreme,
    /// As `Extreme`, with voltages that no module should ever see.
    Hostile,
}

/// All voltages of a stretch of frames.
pub struct Stimulus {
    spec: &'static Spec,
    manner: Manner,
    inputs: Vec<Vec<Group>>,
    params: Vec<Vec<Group>>,
    events: Vec<Vec<(usize, LaneEventKind)>>,
    audio: Vec<[f32; 4]>,
}

impl Stimulus {
    /// A stretch of `frames` for a module. `mono`: all lanes get the same.
    pub fn new(spec: &'static Spec, manner: Manner, seed: u64, frames: usize, mono: bool) -> Stimulus {
        let mut random = Random(seed);
        let spread = |random: &mut Random, f: &mut dyn FnMut(&mut Random) -> f32| {
            if mono { Group::splat(f(random)) } else { Group::from_fn(|_| f(random)) }
        };
        let inputs = spec.inputs.iter().map(|port| {
            let mut held = Group::ZERO;
            let signal = (0..frames).map(|_| {
                if manner == Manner::Hostile {
                    return spread(&mut random, &mut hostile);
                }
                match port.kind {
                    PortKind::Audio => spread(&mut random, &mut |random| random.share() * 10.0 - 5.0),
                    PortKind::Gate | PortKind::Pitch | PortKind::Cv => {
                        if random.chance(0.02) {
                            held = spread(&mut random, &mut |random| control(random, port.kind));
                        }
                        held
                    }
                }
            });
            signal.collect()
        });
        let inputs = inputs.collect();
        let params = spec.params.iter().map(|param| {
            let mut knob = Group::splat(value(&mut random, param));
            let signal = (0..frames).map(|_| {
                let moves = match manner {
                    Manner::Musical => random.chance(0.01),
                    Manner::Still | Manner::StillButMoving => false,
                    Manner::Extreme | Manner::Hostile => random.chance(0.05),
                };
                if moves && !param.structural {
                    knob = spread(&mut random, &mut |random| match manner {
                        Manner::Musical => value(random, param),
                        _ if param.scale == Scale::Steps => value(random, param),
                        _ => *random.pick(&[param.min, param.max]),
                    });
                }
                knob
            });
            signal.collect()
        });
        let params = params.collect();
        let events = (0..frames).map(|_| {
            let plays = spec.role == Role::Notes && random.chance(0.02);
            if plays { vec![(random.below(LANES), note(&mut random))] } else { Vec::new() }
        });
        let events = events.collect();
        let audio = (0..frames).map(|_| std::array::from_fn(|_| random.share() * 10.0 - 5.0)).collect();
        Stimulus { spec, manner, inputs, params, events, audio }
    }

    /// Renders a range of the stretch, in whole grid blocks, cut in these lengths. The rig must have rendered
    /// all before. Returns the outputs.
    pub fn render(&self, rig: &mut Rig, blocks: std::ops::Range<usize>, cuts: &[usize]) -> Vec<Vec<Group>> {
        rig.cuts = cuts.to_vec();
        let moving = self.manner != Manner::Still;
        if !moving {
            for (place, param) in self.spec.params.iter().enumerate() {
                rig.knob(*param, self.params[place][0][0]);
            }
        }
        let mut outputs = vec![Vec::new(); self.spec.outputs.len()];
        for block in blocks {
            let first = block * BLOCK;
            for offset in 0..BLOCK {
                for (side, volts) in rig.host.audio.iter_mut().enumerate() {
                    volts[offset] = self.audio[first + offset][side];
                }
            }
            rig.host.transport = transport(first);
            let mut offset = 0;
            let rendered = rig.render(BLOCK, |_, drive: &mut Drive| {
                let frame = first + offset;
                offset += 1;
                for (place, volts) in self.inputs.iter().enumerate() {
                    drive.input_at(place, volts[frame]);
                }
                for (place, values) in self.params.iter().enumerate().filter(|_| moving) {
                    drive.param_at(place, values[frame]);
                }
                for &(lane, kind) in &self.events[frame] {
                    drive.event(lane, kind);
                }
            });
            for (all, block) in outputs.iter_mut().zip(rendered) {
                all.extend(block);
            }
        }
        outputs
    }
}

/// A song that runs at 125 bpm, and jumps back to its start now and then.
fn transport(frame: usize) -> Transport {
    let beats_per_frame = 125.0 / 60.0 / 48_000.0;
    let beats = (frame % 150_016) as f64 * beats_per_frame;
    Transport {
        playing: frame % 300_032 < 250_048,
        tempo_bpm: 125.0,
        beats,
        beats_per_frame,
        beats_per_bar: 4.0,
    }
}

fn hostile(random: &mut Random) -> f32 {
    *random.pick(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30, 1e-40, f32::MAX, 0.0, 5.0, -5.0])
}

fn control(random: &mut Random, kind: PortKind) -> f32 {
    match kind {
        PortKind::Gate => *random.pick(&[0.0, 10.0]),
        PortKind::Pitch => random.share() * 8.0 - 4.0,
        PortKind::Cv | PortKind::Audio => random.share() * 15.0 - 5.0,
    }
}

fn note(random: &mut Random) -> LaneEventKind {
    let share = random.share();
    match random.below(7) {
        0 | 1 => LaneEventKind::On {
            pitch: share * 6.0 - 3.0,
            velocity: random.share(),
            retrigger: random.chance(0.7),
            glide: random.chance(0.5),
        },
        2 => LaneEventKind::Off { velocity: share },
        3 => LaneEventKind::Bend(share - 0.5),
        4 => LaneEventKind::Pressure(share),
        5 => LaneEventKind::Slide(share),
        _ => LaneEventKind::Wheel(share),
    }
}
