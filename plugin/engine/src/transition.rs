//! From one patch to the next without a click: what is taken away plays on while it fades.

use std::collections::HashSet;

use crate::patch::Patch;

/// The next patch, and whatever of the playing one must fade out first; says how many cables at the end of it do. A
/// module whose kind has changed under its id is a new one; cables of the old one are not carried over.
pub(crate) fn between(playing: &Patch, next: &Patch) -> (Patch, usize) {
    let mut union = next.clone();
    let kept: HashSet<_> = next.cables.iter().map(|cable| (&cable.from, &cable.to)).collect();
    for cable in playing.cables.iter().filter(|cable| !kept.contains(&(&cable.from, &cable.to))) {
        if carry(&mut union, playing, &cable.from.module) && carry(&mut union, playing, &cable.to.module) {
            union.cables.push(cable.clone());
        }
    }
    let fading = union.cables.len() - next.cables.len();
    (union, fading)
}

/// Makes sure that a module of the playing patch is in the union. Returns whether it is, under its old kind.
fn carry(union: &mut Patch, playing: &Patch, id: &str) -> bool {
    let Some(old) = playing.modules.iter().find(|module| module.id == id) else { return false };
    match union.modules.iter().find(|module| module.id == id) {
        Some(new) => new.kind == old.kind,
        None => {
            union.modules.push(old.clone());
            true
        }
    }
}
