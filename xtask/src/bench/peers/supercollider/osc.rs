//! Open Sound Control in the form of a score that SuperCollider's servers render without a sound card:
//! bundles, each behind its length. <https://opensoundcontrol.stanford.edu/spec-1_0.html>

/// An argument of a message.
pub(super) enum Arg<'a> {
    Int(i32),
    Float(f32),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// A message to `address`.
pub(super) fn message(address: &str, args: &[Arg<'_>]) -> Vec<u8> {
    let mut tags = String::from(",");
    let mut values = Vec::new();
    for arg in args {
        match arg {
            Arg::Int(value) => {
                tags.push('i');
                values.extend(value.to_be_bytes());
            }
            Arg::Float(value) => {
                tags.push('f');
                values.extend(value.to_be_bytes());
            }
            Arg::Text(value) => {
                tags.push('s');
                values.extend(text(value));
            }
            Arg::Blob(value) => {
                tags.push('b');
                values.extend((value.len() as i32).to_be_bytes());
                values.extend(*value);
                values.resize(values.len().next_multiple_of(4), 0);
            }
        }
    }
    [text(address), text(&tags), values].concat()
}

/// Messages that are to happen together, this many seconds after the score begins, behind their length.
pub(super) fn bundle(seconds: f64, messages: &[Vec<u8>]) -> Vec<u8> {
    let time = (seconds * 2f64.powi(32)) as u64;
    let mut bundle = [&text("#bundle")[..], &time.to_be_bytes()].concat();
    for message in messages {
        bundle.extend(sized(message));
    }
    sized(&bundle)
}

fn sized(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as i32).to_be_bytes(), bytes].concat()
}

/// Text ends in zeros and fills whole words.
fn text(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize((text.len() + 1).next_multiple_of(4), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_look_as_in_the_specification() {
        let args = [Arg::Int(1000), Arg::Int(-1), Arg::Text("hello"), Arg::Float(1.234)];
        let expected = b"/foo\0\0\0\0,iisf\0\0\0\0\0\x03\xe8\xff\xff\xff\xffhello\0\0\0\x3f\x9d\xf3\xb6";
        assert_eq!(message("/foo", &args), expected);
        let blob = message("/b", &[Arg::Blob(&[1, 2, 3, 4, 5])]);
        assert_eq!(blob, b"/b\0\0,b\0\0\0\0\0\x05\x01\x02\x03\x04\x05\0\0\0");
    }

    #[test]
    fn bundles_carry_their_time_and_lengths() {
        let bundle = bundle(1.5, &[message("/a", &[])]);
        assert_eq!(bundle, b"\0\0\0\x1c#bundle\0\0\0\0\x01\x80\0\0\0\0\0\0\x08/a\0\0,\0\0\0");
    }
}
