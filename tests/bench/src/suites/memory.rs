//! `memory`: bytes on the heap per module, per voice and per instance, and whether they grow while an instance is
//! played and edited. The pool is not counted: all instances share it.

use std::sync::Arc;

use anyhow::{Result, ensure};
use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_modules::{CATALOG, Kind, Polyphony, Role};
use manycord_pool::Pool;

use crate::edits::there_and_back;
use crate::heap;
use crate::pacing::SAMPLE_RATE;
use crate::piece::{Piece, pool};
use crate::player::Player;
use crate::reference::heavy;
use crate::rows::{Rows, Target};
use crate::score::Score;
use crate::tune::Tune;

/// Modules that are added to tell what one of them takes.
const COPIES: usize = 8;
/// Voices between which the bytes of one are told.
const VOICES: (usize, usize) = (8, 128);
/// Seconds that are played while growth is watched, and seconds between edits.
const SECONDS: [usize; 2] = [10, 2];
const EDIT_EVERY: f32 = 0.1;
/// Frames per block.
const BLOCK: usize = 64;
/// Instances that are made and dropped.
const LIVES: usize = 20;

/// Runs the suite.
pub fn run(rows: &mut Rows) -> Result<()> {
    heap::count();
    let probe = vec![0u8; 1 << 20];
    ensure!(heap::live() >= probe.len() as i64, "the program does not count its heap");
    drop(probe);
    let pool = pool(0);
    for kind in CATALOG.iter().filter(|kind| kind.spec.role != Role::Notes) {
        let grown = instance_bytes(&copies(kind, COPIES), &pool)? - instance_bytes(&copies(kind, 0), &pool)?;
        rows.add(kind.spec.id, "bytes_per_module", grown as f64 / COPIES as f64, "bytes", None);
    }
    let grown = instance_bytes(&heavy(VOICES.1), &pool)? - instance_bytes(&heavy(VOICES.0), &pool)?;
    rows.add("reference", "bytes_per_voice", grown as f64 / (VOICES.1 - VOICES.0) as f64, "bytes", None);
    for tune in Tune::factory()?.into_iter().chain([Tune::reference(16), Tune::reference(128)]) {
        let bytes = instance_bytes(&tune.patch, &pool)?;
        rows.add(&tune.name, "bytes_per_instance", bytes as f64, "bytes", None);
    }
    let seconds = SECONDS[usize::from(rows.quick)];
    let growths = [
        ("playing", growth(&pool, seconds, |_, _| Ok(()))?),
        (
            "knobs_and_cables",
            growth(&pool, seconds, |piece, round| there_and_back(&mut piece.control, round))?,
        ),
        ("loading_patches", growth(&pool, seconds, load)?),
        ("instances", lives(&pool)?),
    ];
    for (case, bytes) in growths {
        rows.add(case, "growth_bytes", bytes as f64, "bytes", Some(Target::AtMost(0.0)));
    }
    Ok(())
}

/// Bytes of an engine and its control, the host's buffers not counted.
fn instance_bytes(patch: &Patch, pool: &Arc<Pool>) -> Result<i64> {
    let before = heap::live();
    let player = Player::new(patch, pool, 0)?;
    let bytes = heap::live() - before;
    drop(player);
    Ok(bytes)
}

/// A keyboard of eight voices and so many modules of a kind; poly ones are played by it.
fn copies(kind: &Kind, count: usize) -> Patch {
    let module =
        |id: &str, kind: &str| PatchModule { id: id.into(), kind: kind.into(), ..Default::default() };
    let mut patch =
        Patch { modules: vec![module("notes", "notes"), module("output", "output")], ..Default::default() };
    patch.modules[0].params.insert("voices".into(), 8.0);
    let ports = kind.spec.inputs.iter().map(|port| port.id);
    let knobs = kind.spec.params.iter().filter(|param| !param.structural).map(|param| param.id);
    let way_in = ports.chain(knobs).next().filter(|_| kind.spec.polyphony == Polyphony::Poly);
    for number in 0..count {
        let id = format!("m{number}");
        patch.modules.push(module(&id, kind.spec.id));
        patch.cables.extend(way_in.map(|port| Cable {
            from: PortRef { module: "notes".into(), port: "pitch".into() },
            to: PortRef { module: id, port: port.into() },
            depth: 1.0,
            color: None,
        }));
    }
    patch
}

/// Bytes by which an instance grows over so many seconds of sound with an edit every tenth of one.
fn growth(pool: &Arc<Pool>, seconds: usize, edit: fn(&mut Piece, usize) -> Result<()>) -> Result<i64> {
    let mut piece = Piece::new(&heavy(16), pool, Score::held(16))?;
    let play = |piece: &mut Piece, rounds: usize| -> Result<i64> {
        for round in 0..rounds {
            edit(piece, round)?;
            for _ in 0..(EDIT_EVERY * SAMPLE_RATE) as usize / BLOCK {
                piece.block(BLOCK);
                piece.control.collect();
            }
        }
        Ok(heap::live())
    };
    // An even number of edits leads back to where it began.
    let before = play(&mut piece, 4)?;
    let rounds = (seconds as f32 / EDIT_EVERY) as usize;
    Ok(play(&mut piece, rounds)? - before)
}

/// Plays another patch from its beginning, or the first one again.
fn load(piece: &mut Piece, round: usize) -> Result<()> {
    Ok(piece.control.load(heavy([5, 16][round % 2]))?)
}

/// Bytes that are left behind by each instance that was made, played and dropped.
fn lives(pool: &Arc<Pool>) -> Result<i64> {
    let mut before = 0;
    for life in 0..=LIVES {
        let mut piece = Piece::new(&heavy(16), pool, Score::held(16))?;
        piece.play(4 * BLOCK, BLOCK);
        drop(piece);
        if life == 0 {
            before = heap::live();
        }
    }
    Ok((heap::live() - before) / LIVES as i64)
}
