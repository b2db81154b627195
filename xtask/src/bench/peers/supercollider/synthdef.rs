//! Compiles lists of UGens to SuperCollider's binary synth definitions (version 2), as its language would; that
//! needs a window system's libraries, and nothing else here does.
//! <https://doc.sccode.org/Reference/Synth-Definition-File-Format.html>
//!
//! A line is `control NAME DEFAULT` or `[OUTPUT... =] CLASS.RATE INPUT...`, where an input is an output's or
//! control's name or a number, and CLASS may be one of `+ - * / pow`. `#` begins a comment.

use anyhow::{Context, Result, bail, ensure};

/// Operators with their place among SuperCollider's.
const OPERATORS: [(&str, i16); 5] = [("+", 0), ("-", 1), ("*", 2), ("/", 4), ("pow", 25)];

/// Place of a UGen and of one of its outputs, or −1 and the place of a constant.
type Source = (i32, i32);

/// A definition while it is compiled.
#[derive(Default)]
struct Def {
    constants: Vec<f32>,
    controls: Vec<(String, f32)>,
    names: Vec<(String, Source)>,
    /// UGens behind that of the controls, and how many they are.
    ugens: Vec<u8>,
    count: i32,
}

/// Compiles the definition `name`.
pub(super) fn compile(name: &str, text: &str) -> Result<Vec<u8>> {
    let mut def = Def::default();
    for (place, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        def.line(line).with_context(|| format!("{name}, line {}: `{}`", place + 1, line.trim()))?;
    }
    Ok(def.binary(name))
}

impl Def {
    fn line(&mut self, line: &str) -> Result<()> {
        let (outputs, ugen) = line.split_once('=').unwrap_or(("", line));
        let words: Vec<&str> = ugen.split_whitespace().collect();
        match words[..] {
            [] => Ok(()),
            ["control", name, default] => self.control(name, default.parse()?),
            [kind, ref inputs @ ..] => {
                self.ugen(&outputs.split_whitespace().collect::<Vec<_>>(), kind, inputs)
            }
        }
    }

    fn control(&mut self, name: &str, default: f32) -> Result<()> {
        ensure!(self.count <= 1 && self.ugens.is_empty(), "controls come first");
        self.count = 1;
        self.names.push((name.into(), (0, self.controls.len() as i32)));
        self.controls.push((name.into(), default));
        Ok(())
    }

    fn ugen(&mut self, outputs: &[&str], kind: &str, inputs: &[&str]) -> Result<()> {
        let (class, rate) = kind.rsplit_once('.').context("the rate is missing")?;
        let rate = match rate {
            "ir" => 0,
            "kr" => 1,
            "ar" => 2,
            _ => bail!("there is no rate `{rate}`"),
        };
        let operator = OPERATORS.iter().find(|(name, _)| *name == class);
        let class = operator.map_or(class, |_| "BinaryOpUGen");
        let sources = inputs.iter().map(|input| self.source(input)).collect::<Result<Vec<_>>>()?;
        self.ugens.extend(pascal(class));
        self.ugens.push(rate);
        self.ugens.extend((inputs.len() as i32).to_be_bytes());
        self.ugens.extend((outputs.len() as i32).to_be_bytes());
        self.ugens.extend(operator.map_or(0, |(_, place)| *place).to_be_bytes());
        self.ugens.extend(
            sources.iter().flat_map(|(ugen, place)| [ugen.to_be_bytes(), place.to_be_bytes()].concat()),
        );
        self.ugens.extend(outputs.iter().map(|_| rate));
        for (place, name) in outputs.iter().enumerate() {
            ensure!(self.names.iter().all(|(known, _)| known != name), "there are two of `{name}`");
            self.names.push((name.to_string(), (self.count, place as i32)));
        }
        self.count += 1;
        Ok(())
    }

    fn source(&mut self, input: &str) -> Result<Source> {
        if let Some((_, source)) = self.names.iter().find(|(name, _)| name == input) {
            return Ok(*source);
        }
        let value: f32 = input.parse().ok().with_context(|| format!("there is no `{input}`"))?;
        let known = self.constants.iter().position(|constant| *constant == value);
        let place = known.unwrap_or_else(|| {
            self.constants.push(value);
            self.constants.len() - 1
        });
        Ok((-1, place as i32))
    }

    fn binary(&self, name: &str) -> Vec<u8> {
        let mut out = b"SCgf\0\0\0\x02\0\x01".to_vec();
        let int = |out: &mut Vec<u8>, value: usize| out.extend((value as i32).to_be_bytes());
        out.extend(pascal(name));
        int(&mut out, self.constants.len());
        out.extend(self.constants.iter().flat_map(|value| value.to_be_bytes()));
        int(&mut out, self.controls.len());
        out.extend(self.controls.iter().flat_map(|(_, default)| default.to_be_bytes()));
        int(&mut out, self.controls.len());
        for (place, (name, _)) in self.controls.iter().enumerate() {
            out.extend(pascal(name));
            int(&mut out, place);
        }
        out.extend(self.count.to_be_bytes());
        if !self.controls.is_empty() {
            out.extend(pascal("Control"));
            out.push(1);
            int(&mut out, 0);
            int(&mut out, self.controls.len());
            out.extend([0; 2]);
            out.extend(self.controls.iter().map(|_| 1));
        }
        out.extend(&self.ugens);
        out.extend([0; 2]); // no variants
        out
    }
}

/// Text behind a byte that tells its length.
fn pascal(text: &str) -> Vec<u8> {
    [&[text.len() as u8], text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What sclang 3.13 writes for `SynthDef(\a, { |f = 440| Out.ar(0, Saw.ar(f) * 0.5) })`, by the format's page.
    #[test]
    fn a_definition_is_laid_out_as_described() {
        let text = "control f 440 # hertz\nsaw = Saw.ar f\nhalf = *.ar saw .5\nOut.ar 0 half\n";
        let expected = [
            &b"SCgf\0\0\0\x02\0\x01\x01a"[..],
            b"\0\0\0\x02\x3f\0\0\0\0\0\0\0",
            b"\0\0\0\x01\x43\xdc\0\0\0\0\0\x01\x01f\0\0\0\0",
            b"\0\0\0\x04",
            b"\x07Control\x01\0\0\0\0\0\0\0\x01\0\0\x01",
            b"\x03Saw\x02\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\x02",
            b"\x0cBinaryOpUGen\x02\0\0\0\x02\0\0\0\x01\0\x02\0\0\0\x01\0\0\0\0\xff\xff\xff\xff\0\0\0\0\x02",
            b"\x03Out\x02\0\0\0\x02\0\0\0\0\0\0\xff\xff\xff\xff\0\0\0\x01\0\0\0\x02\0\0\0\0",
            b"\0\0",
        ];
        assert_eq!(compile("a", text).unwrap(), expected.concat());
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, words) in [
            ("\nOut.ar 0 saw", "line 2: `Out.ar 0 saw`: there is no `saw`"),
            ("a = Saw 1", "the rate is missing"),
            ("a = Saw.xr 1", "no rate `xr`"),
            ("a = Saw.ar 1\na = Saw.ar 2", "two of `a`"),
            ("a = Saw.ar 1\ncontrol f 1", "controls come first"),
        ] {
            let error = format!("{:#}", compile("x", text).unwrap_err());
            assert!(error.contains(words), "{error}");
        }
    }
}
