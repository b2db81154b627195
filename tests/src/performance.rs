//! What a player does: notes, controllers, expressions and macro moves at odd frames.

use manycord_engine::{Event, EventKind, Expression};

use crate::random::Random;

/// Events over a stretch of frames, sorted; `frame` counts from its start.
pub fn events(seed: u64, frames: usize) -> Vec<Event> {
    let mut random = Random(seed ^ 0x5eed);
    let mut events = Vec::new();
    for _ in 0..frames / 1_500 {
        let frame = random.below(frames) as u32;
        let (channel, key) = (random.below(3) as u8, 36 + random.below(60) as u8);
        let held = 200 + random.below(6_000) as u32;
        events.push(Event {
            frame,
            kind: EventKind::NoteOn { channel, key, id: -1, velocity: random.share() },
        });
        events.push(Event {
            frame: (frame + held).min(frames as u32 - 1),
            kind: EventKind::NoteOff { channel, key, id: -1, velocity: random.share() },
        });
        let frame = random.below(frames) as u32;
        let value = random.share();
        let kind = match random.below(7) {
            0 => EventKind::Bend { channel, value: value * 2.0 - 1.0 },
            1 => EventKind::Cc { channel, cc: *random.pick(&[1, 64, 74]), value },
            2 => EventKind::ChannelPressure { channel, value },
            3 => EventKind::Expression { channel, key, id: -1, what: Expression::Tuning, value: value * 2.0 },
            4 => EventKind::Expression { channel, key, id: -1, what: Expression::Pressure, value },
            5 => EventKind::Choke { channel, key, id: -1 },
            _ => EventKind::Macro { index: random.below(4) as u8, value },
        };
        events.push(Event { frame, kind });
    }
    events.sort_by_key(|event| event.frame);
    events
}
