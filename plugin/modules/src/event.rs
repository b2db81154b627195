//! What happens to a lane: notes after voice allocation, at their exact frame.

/// One event on one lane of a group, for a module of [`crate::Role::Notes`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneEvent {
    /// Frame within the block, 0..[`crate::BLOCK`].
    pub frame: usize,
    /// Lane of the group, 0..8.
    pub lane: usize,
    /// What happens.
    pub kind: LaneEventKind,
}

/// What happens to a lane. Pitches and bends are in volts (1 V/oct), all else 0…1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LaneEventKind {
    /// A note starts. `retrigger` is false when a legato note takes over a held one; `glide` says whether the
    /// pitch slides there from the lane's last pitch or jumps.
    On {
        /// Pitch, V/oct.
        pitch: f32,
        /// Strike, 0…1.
        velocity: f32,
        /// Whether the gate restarts.
        retrigger: bool,
        /// Whether the pitch slides.
        glide: bool,
    },
    /// The note's key is released, with release velocity 0…1; the gate falls.
    Off {
        /// Release velocity, 0…1.
        velocity: f32,
    },
    /// Pitch bend of the lane, wheel and note expression together, V.
    Bend(f32),
    /// Pressure (aftertouch, channel or per note), 0…1.
    Pressure(f32),
    /// Slide: CC 74 or the note's timbre/brightness expression, 0…1.
    Slide(f32),
    /// Modulation wheel, 0…1.
    Wheel(f32),
}
