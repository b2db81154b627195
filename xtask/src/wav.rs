//! Reads a stereo WAV file.

use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Sound: left and right, 1.0 = full scale.
pub struct Sound {
    pub rate: f64,
    pub sides: [Vec<f32>; 2],
}

impl Sound {
    /// Reads a file of whole-number samples.
    pub fn read(path: &Path) -> Result<Sound> {
        let mut reader = hound::WavReader::open(path).with_context(|| format!("{}", path.display()))?;
        let spec = reader.spec();
        ensure!(spec.channels == 2, "{} is not stereo", path.display());
        let scale = 1.0 / (1u32 << (spec.bits_per_sample - 1)) as f32;
        let mut sides = [Vec::new(), Vec::new()];
        for (place, value) in reader.samples::<i32>().enumerate() {
            sides[place % 2].push(value? as f32 * scale);
        }
        Ok(Sound { rate: f64::from(spec.sample_rate), sides })
    }

    /// Seconds.
    pub fn length(&self) -> f64 {
        self.sides[0].len() as f64 / self.rate
    }

    /// Both sides, one frame after the other, in the middle.
    pub fn mono(&self) -> Vec<f32> {
        self.sides[0].iter().zip(&self.sides[1]).map(|(left, right)| (left + right) * 0.5).collect()
    }
}
