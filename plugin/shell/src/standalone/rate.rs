//! The sample rate of a JACK server. nice-plug activates the plugin at the command line's rate under JACK as well,
//! so that it would be out of tune; hence the server is asked first, and the command line follows it.

use jack::{Client, ClientOptions};

/// The arguments, at the server's rate if the program will be its client.
pub(super) fn follow_server(args: Vec<String>) -> Vec<String> {
    if !wants_jack(&args) {
        return args;
    }
    match Client::new("manycord-asks", ClientOptions::NO_START_SERVER) {
        Ok((client, _)) => with_rate(args, client.sample_rate()),
        // nice-plug will say so, or go on to another back end.
        Err(_) => args,
    }
}

fn wants_jack(args: &[String]) -> bool {
    let named = |(place, arg): (usize, &String)| match arg.as_str() {
        "-b" | "--backend" => args.get(place + 1).cloned(),
        _ => value(arg, "-b", "--backend").map(str::to_owned),
    };
    let backend = args.iter().enumerate().find_map(named);
    backend.is_none_or(|backend| matches!(backend.as_str(), "auto" | "jack"))
}

/// Any other rate on the command line gives way: the wrapper takes only one.
fn with_rate(args: Vec<String>, rate: u32) -> Vec<String> {
    let mut kept = Vec::with_capacity(args.len() + 1);
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if matches!(arg.as_str(), "-r" | "--sample-rate") {
            args.next();
        } else if value(&arg, "-r", "--sample-rate").is_none() {
            kept.push(arg);
        }
    }
    kept.push(format!("--sample-rate={rate}"));
    kept
}

/// What an option in one word says: `-r44100`, `-r=44100`, `--sample-rate=44100`.
fn value<'a>(arg: &'a str, short: &str, long: &str) -> Option<&'a str> {
    let word = arg.strip_prefix(long).and_then(|rest| rest.strip_prefix('='));
    let letter = || arg.strip_prefix(short).filter(|rest| !rest.is_empty());
    word.or_else(|| letter().map(|rest| rest.strip_prefix('=').unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn only_clients_of_jack_ask_it() {
        for line in ["manycord", "manycord -p 64 -b jack", "manycord --backend=auto", "manycord -bjack"] {
            assert!(wants_jack(&words(line)), "{line}");
        }
        for line in ["manycord -b alsa", "manycord -b=dummy", "manycord --backend alsa -p 64"] {
            assert!(!wants_jack(&words(line)), "{line}");
        }
    }

    #[test]
    fn the_servers_rate_stands_alone() {
        for line in
            ["manycord -p 64", "manycord -r 1 -p 64", "manycord -r1 -p 64", "manycord --sample-rate=1 -p 64"]
        {
            assert_eq!(with_rate(words(line), 96_000), words("manycord -p 64 --sample-rate=96000"), "{line}");
        }
    }
}
