//! Which macros the host has moved since the last block.

use manycord_engine::EventKind;

use crate::macros::MACROS;

/// The audio thread's memory of the macros.
#[derive(Clone, Debug)]
pub(crate) struct Moves {
    seen: [f32; MACROS],
    loads: u32,
}

impl Moves {
    /// The patch's own values sound; the macros have not moved.
    pub(crate) fn new(loads: u32, macros: impl Iterator<Item = f32>) -> Moves {
        let mut moves = Moves { seen: [0.0; MACROS], loads };
        moves.adopt(macros);
        moves
    }

    /// Gives an event for each macro that stands elsewhere than before; for none after a state was loaded.
    pub(crate) fn take(
        &mut self,
        loads: u32,
        macros: impl Iterator<Item = f32>,
        mut give: impl FnMut(EventKind),
    ) {
        if loads != self.loads {
            self.loads = loads;
            return self.adopt(macros);
        }
        for (index, (seen, value)) in self.seen.iter_mut().zip(macros).enumerate() {
            if seen.to_bits() != value.to_bits() {
                *seen = value;
                give(EventKind::Macro { index: index as u8, value });
            }
        }
    }

    fn adopt(&mut self, macros: impl Iterator<Item = f32>) {
        self.seen.iter_mut().zip(macros).for_each(|(seen, value)| *seen = value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_moved_macros_speak_and_none_after_a_load() {
        let mut stand = [0.25; MACROS];
        let mut moves = Moves::new(0, stand.into_iter());
        let mut take = |loads, stand: [f32; MACROS]| {
            let mut given = Vec::new();
            moves.take(loads, stand.into_iter(), |kind| given.push(kind));
            given
        };
        assert_eq!(take(0, stand), []);
        stand[127] = 0.5;
        assert_eq!(take(0, stand), [EventKind::Macro { index: 127, value: 0.5 }]);
        assert_eq!(take(0, stand), []);
        stand[0] = 1.0;
        assert_eq!(take(1, stand), []);
        stand[0] = 0.0;
        assert_eq!(take(1, stand), [EventKind::Macro { index: 0, value: 0.0 }]);
    }
}
