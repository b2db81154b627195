//! WAV files of 24 bits.

use std::path::Path;

/// Writes a stereo file; what is beyond full scale is held there.
pub(super) fn write(path: &Path, sides: &[Vec<f32>; 2], rate: u32) -> Result<(), hound::Error> {
    const FULL_SCALE: f32 = 8_388_607.0;
    let format = hound::WavSpec {
        channels: 2,
        sample_rate: rate,
        bits_per_sample: 24,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, format)?;
    for (left, right) in sides[0].iter().zip(&sides[1]) {
        for value in [left, right] {
            file.write_sample((value.clamp(-1.0, 1.0) * FULL_SCALE).round() as i32)?;
        }
    }
    file.finalize()
}
