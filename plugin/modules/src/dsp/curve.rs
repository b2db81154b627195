//! When, between two frames, something that is known once per frame reaches a value.

/// The polynomial of degree 4 through this frame and the four before it (Newton's form, expanded). Its time
/// is 0 at the frame before and 1 at this frame; its value is 0 at time 0.
#[derive(Clone, Copy, Debug)]
pub struct Curve {
    /// Factors of t, t², t³, t⁴.
    factors: [f32; 4],
}

impl Curve {
    /// From the last four differences between neighbouring frames, the newest first.
    #[inline(always)]
    pub fn new([a, b, c, d]: [f32; 4]) -> Curve {
        let second = (a - b) * 0.5;
        let third = ((a - b) - (b - c)) * (1.0 / 6.0);
        let fourth = (((a - b) - (b - c)) - ((b - c) - (c - d))) * (1.0 / 24.0);
        let bent = third + 2.0 * fourth;
        Curve { factors: [a - second - bent, second - fourth, bent, fourth] }
    }

    /// The same after four equal differences.
    #[inline(always)]
    pub fn straight(difference: f32) -> Curve {
        Curve { factors: [difference, 0.0, 0.0, 0.0] }
    }

    /// Value at a time.
    #[inline(always)]
    pub fn at(&self, time: f32) -> f32 {
        let [a, b, c, d] = self.factors;
        time * (a + time * (b + time * (c + time * d)))
    }

    /// Change per frame at a time.
    #[inline(always)]
    pub fn slope(&self, time: f32) -> f32 {
        let [a, b, c, d] = self.factors;
        a + time * (2.0 * b + time * (3.0 * c + time * 4.0 * d))
    }

    /// Time within `from..=1` at which it has `value`, by Newton's method; exact where it is straight. Some time
    /// within the bounds when it never has that value.
    #[inline(always)]
    pub fn reach(&self, value: f32, from: f32) -> f32 {
        let [a, b, c, d] = self.factors;
        let hold = |time: f32| {
            let time = if time > from { time } else { from };
            if time < 1.0 { time } else { 1.0 }
        };
        let mut time = hold(value / (a + b + c + d));
        if [b, c, d] != [0.0; 3] {
            for _ in 0..3 {
                time = hold(time - (self.at(time) - value) / self.slope(time));
            }
        }
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_crossing_of_a_sine_to_a_millionth_of_a_frame() {
        let turn = |time: f64| (std::f64::consts::TAU * 0.01 * time) as f32;
        for place in 0..20 {
            let zero = f64::from(place) / 20.0;
            let value = |time: f64| libm::sinf(turn(time - zero));
            let differences = [0.0, -1.0, -2.0, -3.0].map(|time| value(time + 1.0) - value(time));
            let found = Curve::new(differences).reach(-value(0.0), 0.0);
            assert!((f64::from(found) - zero).abs() < 2e-6, "{zero}: {found}");
        }
    }

    #[test]
    fn stays_within_the_frame_whatever_comes() {
        for differences in [[0.0; 4], [1.0, -1.0, 1.0, -1.0], [f32::NAN; 4], [f32::INFINITY, 1.0, 0.0, 0.0]] {
            for value in [-1.0, 0.0, 0.5, 3.0, f32::NAN] {
                let time = Curve::new(differences).reach(value, 0.25);
                assert!((0.25..=1.0).contains(&time), "{differences:?} {value}: {time}");
            }
        }
    }
}
