//! What each module takes by itself, for a block of 64 frames: `cargo bench -p manycord-bench [-- NAME]`.
//!
//! A poly module renders eight voices in that time. Every input is patched, every knob stands still, every output is
//! wanted: a patch may ask for less. What modules cost within a patch is told by `manycord-render --explain`.

use divan::Bencher;
use divan::counter::ItemsCount;
use manycord_bench::pacing::SAMPLE_RATE;
use manycord_modules::{
    BLOCK, Buffer, CATALOG, Group, Host, Io, Polyphony, PortKind, Quality, Setup, Signal, Unit, find,
};

/// Blocks before the clock runs: what glides has then arrived.
const SETTLING: usize = 100;

fn main() {
    divan::main();
}

#[divan::bench(args = names())]
fn full(bencher: Bencher<'_, '_>, module: &str) {
    measure(bencher, module, Quality::Full);
}

#[divan::bench(args = names())]
fn economy(bencher: Bencher<'_, '_>, module: &str) {
    measure(bencher, module, Quality::Economy);
}

fn names() -> impl Iterator<Item = &'static str> {
    CATALOG.iter().map(|kind| kind.spec.id)
}

fn measure(bencher: Bencher<'_, '_>, module: &str, quality: Quality) {
    let mut bench = Bench::new(module, quality);
    (0..SETTLING).for_each(|_| bench.block());
    bencher.counter(ItemsCount::new(BLOCK)).bench_local(|| bench.block());
}

/// A unit with what it reads and writes.
struct Bench {
    unit: Box<dyn Unit>,
    inputs: Vec<Buffer>,
    params: Vec<Buffer>,
    outputs: Vec<[Group; BLOCK]>,
    host: Host,
}

impl Bench {
    fn new(module: &str, quality: Quality) -> Bench {
        let kind = find(module).expect("the name is the catalog's");
        let mono = kind.spec.polyphony != Polyphony::Poly;
        let held = |value: f32| {
            let mut buffer = Buffer::default();
            buffer.hold(Group::splat(value));
            buffer
        };
        Bench {
            unit: kind.make(&Setup { quality, mono, ..Setup::at(SAMPLE_RATE) }),
            inputs: kind.spec.inputs.iter().map(|port| signal(port.kind, mono)).collect(),
            params: kind.spec.params.iter().map(|param| held(param.default)).collect(),
            outputs: vec![[Group::ZERO; BLOCK]; kind.spec.outputs.len()],
            host: Host::default(),
        }
    }

    fn block(&mut self) {
        let inputs: Vec<Signal<'_>> = self.inputs.iter().map(Buffer::signal).collect();
        let mut io = Io {
            inputs: &inputs,
            params: &self.params,
            outputs: &mut self.outputs,
            events: &[],
            host: &self.host,
            patched: u32::MAX,
            wanted: u32::MAX,
        };
        self.unit.process(&mut io, 0..BLOCK);
    }
}

/// What a port of this kind hears: a chord of sines, held keys.
fn signal(kind: PortKind, mono: bool) -> Buffer {
    let mut buffer = Buffer::default();
    for (frame, group) in buffer.moving().iter_mut().enumerate() {
        *group = Group::from_fn(|lane| {
            let lane = if mono { 0.0 } else { lane as f32 };
            match kind {
                PortKind::Audio => 3.0 * (frame as f32 * (0.2 + 0.05 * lane)).sin(),
                PortKind::Pitch => 0.25 * lane - 1.0,
                PortKind::Cv => 2.0,
                PortKind::Gate => 10.0,
            }
        });
    }
    buffer
}
