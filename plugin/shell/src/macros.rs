//! What a host macro says in a host's own panel: the value of the knob that it moves, with its unit.

use std::sync::{PoisonError, RwLock};

use manycord_engine::Patch;
use manycord_engine::patch::{Macro, MacroTarget, from_position, parse_value, position, value_text};
use manycord_modules::{Param, find};

/// Macros that hosts see.
pub(crate) const MACROS: usize = 128;

/// The first knob that each macro moves. Rebuilt whenever the patch changes, never on the audio thread.
#[derive(Debug, Default)]
pub(crate) struct MacroTexts(RwLock<Vec<Option<Travel>>>);

/// A knob along the travel that a macro gives it.
#[derive(Clone, Copy, Debug)]
struct Travel {
    param: Param,
    /// Places on the knob's travel at macro 0 and 1.
    from: f32,
    to: f32,
}

impl MacroTexts {
    /// Takes in which knobs the patch maps.
    pub(crate) fn follow(&self, patch: &Patch) {
        let mut rows = vec![None; MACROS];
        for entry in &patch.macros {
            if let Some(row) = usize::from(entry.index).checked_sub(1).and_then(|place| rows.get_mut(place)) {
                *row = entry.targets.iter().find_map(|target| Travel::of(patch, target));
            }
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rows;
    }

    /// What macro `place` (0…127) says at a value of 0…1.
    pub(crate) fn text(&self, place: usize, value: f32) -> String {
        match self.travel(place) {
            Some(travel) => value_text(&travel.param, travel.value(value)),
            None => format!("{:.1} %", value * 100.0),
        }
    }

    /// Reads such a text back.
    pub(crate) fn parse(&self, place: usize, text: &str) -> Option<f32> {
        match self.travel(place) {
            Some(travel) => parse_value(&travel.param, text).map(|value| travel.macro_at(value)),
            None => {
                let number: f32 = text.trim().trim_end_matches('%').trim().parse().ok()?;
                number.is_finite().then(|| (number * 0.01).clamp(0.0, 1.0))
            }
        }
    }

    fn travel(&self, place: usize) -> Option<Travel> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        rows.get(place).copied().flatten()
    }
}

/// Where a macro stands, 0…1: where the patch says, else where its first knob does.
pub(crate) fn stand(patch: &Patch, entry: &Macro) -> Option<f32> {
    let from_knob = || {
        let target = entry.targets.first()?;
        let travel = Travel::of(patch, target)?;
        let knob = patch.module(&target.param.module)?.params.get(&target.param.port);
        Some(travel.macro_at(knob.copied().unwrap_or(travel.param.default)))
    };
    entry.value.or_else(from_knob)
}

impl Travel {
    fn of(patch: &Patch, target: &MacroTarget) -> Option<Travel> {
        let module = patch.module(&target.param.module)?;
        let params = find(&module.kind)?.spec.params;
        let param = *params.iter().find(|param| param.id == target.param.port)?;
        Some(Travel { param, from: position(&param, target.from), to: position(&param, target.to) })
    }

    fn value(&self, at: f32) -> f32 {
        from_position(&self.param, self.from + (self.to - self.from) * at)
    }

    /// Where the macro stands for a value of the knob; a macro that moves nothing stands at 0.
    fn macro_at(&self, value: f32) -> f32 {
        let span = self.to - self.from;
        if span == 0.0 { 0.0 } else { ((position(&self.param, value) - self.from) / span).clamp(0.0, 1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patches::INIT;

    fn texts(from: f32, to: f32) -> MacroTexts {
        let mut patch = Patch::parse(INIT.text, "init.toml").expect("the first patch is sound");
        let target = MacroTarget {
            param: manycord_engine::patch::PortRef { module: "output".into(), port: "level".into() },
            from,
            to,
        };
        patch.macros =
            vec![manycord_engine::patch::Macro { index: 3, targets: vec![target], ..Default::default() }];
        let texts = MacroTexts::default();
        texts.follow(&patch);
        texts
    }

    #[test]
    fn texts_show_the_knob_and_read_back_also_upside_down() {
        for (from, to) in [(-30.0, 6.0), (6.0, -30.0)] {
            let texts = texts(from, to);
            for value in [0.0, 0.25, 0.5, 1.0] {
                let text = texts.text(2, value);
                assert!(text.ends_with(" dB"), "{text}");
                let back = texts.parse(2, &text).expect("reads back");
                assert!((back - value).abs() < 2e-3, "{text}: {back} for {value}");
                assert_eq!(texts.text(2, back), text);
            }
        }
    }

    #[test]
    fn a_free_macro_speaks_in_percent() {
        let texts = texts(0.0, 1.0);
        assert_eq!((texts.text(0, 0.255), texts.parse(0, "25.5 %")), ("25.5 %".into(), Some(0.255)));
        assert_eq!((texts.parse(0, "loud"), texts.parse(0, "250")), (None, Some(1.0)));
        assert!(texts.text(MACROS - 1, 1.0) == "100.0 %" && texts.text(MACROS, 1.0) == "100.0 %");
    }
}
