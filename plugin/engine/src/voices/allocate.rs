//! Keys to lanes: allocation, stealing, and the mono modes' memory of held keys.

use manycord_modules::LaneEventKind;

use super::{Emit, Lane, Mode, Note, Stealing, Voices};

impl Voices {
    /// A key goes down.
    pub(crate) fn note_on(
        &mut self,
        (channel, key, id): (u8, u8, i32),
        velocity: f32,
        frame: u64,
        emit: Emit<'_>,
    ) {
        let note = Note { channel, key, id, velocity, tuning: 0.0 };
        if self.settings.mode == Mode::Poly {
            if let Some(lane) = self.lane_for(&note, frame) {
                self.play(lane, note, (true, true), frame, emit);
            }
            return;
        }
        if self.held.is_full() {
            self.held.remove(0);
        }
        let tied = !self.held.is_empty();
        self.held.push(note);
        self.play_mono(note, tied, frame, emit);
    }

    /// A key is released; under the pedal its note goes on.
    pub(crate) fn note_off(
        &mut self,
        (channel, key, id): (u8, u8, i32),
        velocity: f32,
        frame: u64,
        emit: Emit<'_>,
    ) {
        if self.settings.mode == Mode::Poly {
            for lane in 0..self.settings.voices {
                if self.holds(lane, channel, key, id) {
                    if self.channels[usize::from(channel & 15)].pedal {
                        self.lanes[lane].sustained = true;
                    } else {
                        self.release(lane, velocity, frame, emit);
                    }
                }
            }
            return;
        }
        let newest = self.held.last().is_some_and(|note| note.is(channel, key, id));
        self.held.retain(|note| !note.is(channel, key, id));
        match self.held.last().copied() {
            Some(note) if newest => self.play_mono(note, true, frame, emit),
            Some(_) => {}
            None if self.channels[usize::from(channel & 15)].pedal => {
                self.lanes[..self.settings.voices].iter_mut().for_each(|lane| lane.sustained = true);
            }
            None => {
                for lane in 0..self.settings.voices {
                    self.release(lane, velocity, frame, emit);
                }
            }
        }
    }

    /// A note ends at once, pedal or not.
    pub(crate) fn choke(&mut self, (channel, key, id): (u8, u8, i32), frame: u64, emit: Emit<'_>) {
        self.held.retain(|note| !note.is(channel, key, id));
        for lane in 0..self.settings.voices {
            if self.lanes[lane].note.is_some_and(|note| note.is(channel, key, id)) {
                self.release(lane, 1.0, frame, emit);
            }
        }
    }

    fn holds(&self, lane: usize, channel: u8, key: u8, id: i32) -> bool {
        !self.lanes[lane].sustained && self.lanes[lane].note.is_some_and(|note| note.is(channel, key, id))
    }

    /// Plays a mono mode's note, on the first lane or on all. `tied`: another key was held.
    fn play_mono(&mut self, note: Note, tied: bool, frame: u64, emit: Emit<'_>) {
        let retrigger = !(tied && self.settings.mode == Mode::Legato);
        let lanes = if self.settings.mode == Mode::Unison { self.settings.voices } else { 1 };
        for lane in 0..lanes {
            self.play(lane, note, (retrigger, tied), frame, emit);
        }
    }

    fn play(
        &mut self,
        lane: usize,
        note: Note,
        (retrigger, glide): (bool, bool),
        frame: u64,
        emit: Emit<'_>,
    ) {
        self.clock += 1;
        self.lanes[lane] = Lane { note: Some(note), sustained: false, since: self.clock, at_frame: frame };
        let channel = self.channels[usize::from(note.channel & 15)];
        // Controllers first, so that the note starts where they stand.
        emit(lane, LaneEventKind::Bend(self.bend_of(lane)));
        emit(lane, LaneEventKind::Pressure(channel.pressure));
        emit(lane, LaneEventKind::Slide(channel.slide));
        emit(lane, LaneEventKind::Wheel(channel.wheel));
        emit(lane, LaneEventKind::On { pitch: note.pitch(), velocity: note.velocity, retrigger, glide });
    }

    /// The lane for a new note: its own key's lane, else a rested one, else the longest released, else stolen.
    fn lane_for(&self, new: &Note, frame: u64) -> Option<usize> {
        let lanes = &self.lanes[..self.settings.voices];
        let same =
            |lane: &Lane| lane.note.is_some_and(|note| note.channel == new.channel && note.key == new.key);
        if let Some(lane) = lanes.iter().position(|lane| lane.sustained && same(lane)) {
            return Some(lane);
        }
        let rested = |lane: &Lane| {
            lane.note.is_none()
                && (lane.since == 0 || frame.saturating_sub(lane.at_frame) >= self.rested_frames)
        };
        if let Some(lane) = lanes.iter().position(rested) {
            return Some(lane);
        }
        oldest(lanes, |lane| lane.note.is_none())
            .or_else(|| oldest(lanes, |lane| lane.sustained))
            .or_else(|| self.steal())
    }

    fn steal(&self) -> Option<usize> {
        let lanes = &self.lanes[..self.settings.voices];
        let note = |lane: usize| lanes[lane].note.map_or((0, 0.0), |note| (note.key, note.velocity));
        match self.settings.stealing {
            Stealing::Oldest => oldest(lanes, |_| true),
            Stealing::Quietest => (0..lanes.len()).min_by(|&a, &b| note(a).1.total_cmp(&note(b).1)),
            Stealing::Lowest => (0..lanes.len()).min_by_key(|&lane| note(lane).0),
            Stealing::Highest => (0..lanes.len()).max_by_key(|&lane| note(lane).0),
            Stealing::None => None,
        }
    }
}

/// The lane that has been as it is for longest, of those that are wanted.
fn oldest(lanes: &[Lane], wanted: impl Fn(&Lane) -> bool) -> Option<usize> {
    (0..lanes.len()).filter(|&lane| wanted(&lanes[lane])).min_by_key(|&lane| lanes[lane].since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voices::Settings;

    const POLY: Settings =
        Settings { voices: 4, mode: Mode::Poly, stealing: Stealing::Oldest, channel: 0, bend_range: 2.0 };

    fn play(settings: Settings, events: &[(bool, u8)]) -> Vec<(usize, &'static str)> {
        let mut voices = Voices::new(settings, 48_000.0);
        let mut log = Vec::new();
        for (frame, &(down, key)) in events.iter().enumerate() {
            let mut emit = |lane: usize, kind: LaneEventKind| match kind {
                LaneEventKind::On { retrigger: true, .. } => log.push((lane, "on")),
                LaneEventKind::On { .. } => log.push((lane, "tie")),
                LaneEventKind::Off { .. } => log.push((lane, "off")),
                _ => {}
            };
            if down {
                voices.note_on((0, key, -1), 0.8, frame as u64, &mut emit);
            } else {
                voices.note_off((0, key, -1), 0.0, frame as u64, &mut emit);
            }
        }
        log
    }

    #[test]
    fn the_oldest_voice_is_stolen() {
        let events: Vec<_> = (60..65).map(|key| (true, key)).collect();
        assert_eq!(play(POLY, &events).last(), Some(&(0, "on")));
        let none = Settings { stealing: Stealing::None, ..POLY };
        assert_eq!(play(none, &events).len(), 4);
        let lowest = Settings { stealing: Stealing::Lowest, ..POLY };
        assert_eq!(play(lowest, &[(true, 64), (true, 61), (true, 63), (true, 62), (true, 70)])[4], (1, "on"));
    }

    #[test]
    fn legato_ties_and_returns_to_the_held_key() {
        let legato = Settings { mode: Mode::Legato, ..POLY };
        let log = play(legato, &[(true, 60), (true, 64), (false, 64), (false, 60)]);
        assert_eq!(log, [(0, "on"), (0, "tie"), (0, "tie"), (0, "off")]);
        let mono = Settings { mode: Mode::Mono, ..POLY };
        assert_eq!(
            play(mono, &[(true, 60), (true, 64), (false, 60), (false, 64)]),
            [(0, "on"), (0, "on"), (0, "off")]
        );
    }

    #[test]
    fn unison_plays_every_lane() {
        let unison = Settings { mode: Mode::Unison, ..POLY };
        assert_eq!(play(unison, &[(true, 60)]).len(), 4);
    }

    #[test]
    fn the_pedal_holds_released_keys() {
        let mut voices = Voices::new(POLY, 48_000.0);
        let mut offs = 0;
        let mut emit =
            |_: usize, kind: LaneEventKind| offs += u32::from(matches!(kind, LaneEventKind::Off { .. }));
        voices.controller(0, 64, 1.0, 0, &mut emit);
        voices.note_on((0, 60, -1), 1.0, 0, &mut emit);
        voices.note_off((0, 60, -1), 0.0, 10, &mut emit);
        assert_eq!(voices.sounding(), 1);
        voices.controller(0, 64, 0.0, 20, &mut emit);
        assert_eq!((voices.sounding(), offs), (0, 1));
    }
}
