//! What a WAV file holds, whoever wrote it: for sound that programs of others render.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use hound::{SampleFormat, WavReader};
use manycord_tests::measure::spectrum::{FRAMES, decibels, nhr_db};
use serde_json::{Value, json};

/// Length of the end that is looked at by itself, in seconds.
const END: f64 = 0.25;

/// Rate (Hz), channels, frames, whether all is finite, peak levels of all and of the last quarter second (dBFS).
/// With the fundamental of a tone, as a bin of a spectrum of [`FRAMES`], also how clean the first channel's last
/// [`FRAMES`] are (`nhr_db`).
///
/// # Errors
/// When the file cannot be read, or is too short for a spectrum that is wanted.
pub fn figures(path: &Path, fundamental: Option<usize>) -> Result<Value> {
    let mut reader = WavReader::open(path).with_context(|| path.display().to_string())?;
    let spec = reader.spec();
    let samples: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect::<Result<_, _>>()?,
        SampleFormat::Int => {
            let scale = 1.0 / (1u64 << (spec.bits_per_sample - 1)) as f32;
            reader.samples::<i32>().map(|value| Ok(value? as f32 * scale)).collect::<hound::Result<_>>()?
        }
    };
    let channels = usize::from(spec.channels);
    let end = channels * (END * f64::from(spec.sample_rate)) as usize;
    let mut figures = json!({
        "rate": spec.sample_rate,
        "channels": channels,
        "frames": samples.len() / channels,
        "finite": samples.iter().all(|value| value.is_finite()),
        "peak_dbfs": peak_db(&samples),
        "end_peak_dbfs": peak_db(&samples[samples.len().saturating_sub(end)..]),
    });
    if let Some(bin) = fundamental {
        let first: Vec<f32> = samples.iter().copied().step_by(channels).collect();
        ensure!(
            first.len() >= FRAMES,
            "{FRAMES} frames are needed for a spectrum, there are {}",
            first.len()
        );
        figures["nhr_db"] = nhr_db(&first[first.len() - FRAMES..], bin, f64::from(spec.sample_rate)).into();
    }
    Ok(figures)
}

fn peak_db(samples: &[f32]) -> f64 {
    let peak = samples.iter().fold(0.0f32, |peak, value| peak.max(value.abs()));
    decibels(f64::from(peak).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hound::{WavSpec, WavWriter};
    use manycord_tests::measure::spectrum::sine;

    #[test]
    fn whole_and_floating_numbers_tell_the_same() {
        let tone: Vec<f32> = sine(601).iter().map(|value| value * 0.5).collect();
        for (sample_format, bits_per_sample) in [(SampleFormat::Float, 32), (SampleFormat::Int, 24)] {
            let path = std::env::temp_dir().join(format!("figures-{bits_per_sample}-{}", std::process::id()));
            let spec = WavSpec { channels: 2, sample_rate: 48_000, bits_per_sample, sample_format };
            let mut file = WavWriter::create(&path, spec).expect("a file in the system's folder for such");
            for value in &tone {
                for value in [*value, 0.0] {
                    match sample_format {
                        SampleFormat::Float => file.write_sample(value),
                        SampleFormat::Int => file.write_sample((value * 8_388_608.0) as i32),
                    }
                    .expect("it fits");
                }
            }
            file.finalize().expect("it is whole");
            let figures = figures(&path, Some(601)).expect("a sound file");
            std::fs::remove_file(&path).expect("it was there");
            assert_eq!((figures["frames"].as_u64(), figures["finite"].as_bool()), (Some(65_536), Some(true)));
            let near =
                |name: &str, value: f64| (figures[name].as_f64().expect("a number") - value).abs() < 0.01;
            assert!(near("peak_dbfs", -6.02) && near("end_peak_dbfs", -6.02), "{figures}");
            assert!(figures["nhr_db"].as_f64().expect("a number") < -120.0, "{figures}");
        }
    }
}
