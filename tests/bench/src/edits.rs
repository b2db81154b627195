//! Edits of the reference patch that lead back to where they began.

use anyhow::Result;
use manycord_engine::Control;
use manycord_engine::patch::{Cable, PatchModule, PortRef};

/// An edit: in even rounds a knob is turned and a module patched in, in odd ones both are undone.
///
/// # Errors
/// When the edited patch does not compile.
pub fn there_and_back(control: &mut Control, round: usize) -> Result<()> {
    control.set_param("osc_1", "fine", [3.0, 0.0][round % 2]);
    let mut patch = control.patch().clone();
    if round.is_multiple_of(2) {
        let port = |module: &str, port: &str| PortRef { module: module.into(), port: port.into() };
        let cable = |from, to| Cable { from, to, depth: 1.0, color: None };
        patch.modules.push(PatchModule { id: "extra".into(), kind: "svf".into(), ..Default::default() });
        patch.cables.push(cable(port("amp", "out"), port("extra", "in")));
        patch.cables.push(cable(port("extra", "low"), port("reverb", "left")));
    } else {
        patch.modules.retain(|module| module.id != "extra");
        patch.cables.retain(|cable| cable.from.module != "extra" && cable.to.module != "extra");
    }
    Ok(control.edit(patch)?)
}
