//! Quantiles of what was measured.

/// Figures in order of size.
#[derive(Clone, Debug)]
pub struct Quantiles(Vec<f64>);

impl Quantiles {
    /// Sorts figures.
    pub fn of(mut figures: Vec<f64>) -> Quantiles {
        figures.sort_by(f64::total_cmp);
        Quantiles(figures)
    }

    /// The figure below which this share (0 to 1) lies, between neighbours in proportion; NaN without figures.
    pub fn at(&self, share: f64) -> f64 {
        let Some(last) = self.0.len().checked_sub(1) else { return f64::NAN };
        let place = share.clamp(0.0, 1.0) * last as f64;
        let (below, above) = (self.0[place as usize], self.0[(place as usize + 1).min(last)]);
        below + (above - below) * place.fract()
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// The greatest.
    pub fn most(&self) -> f64 {
        self.at(1.0)
    }

    /// Between which values the middle half lies, as a share of the median.
    pub fn spread(&self) -> f64 {
        (self.at(0.75) - self.at(0.25)) / self.median()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        let figures = Quantiles::of(vec![3.0, 1.0, 2.0, 5.0, 4.0]);
        assert_eq!((figures.at(0.0), figures.median(), figures.most()), (1.0, 3.0, 5.0));
        assert_eq!(figures.at(0.9), 4.6);
        assert_eq!(figures.spread(), 2.0 / 3.0);
        assert!(Quantiles::of(Vec::new()).median().is_nan());
    }
}
