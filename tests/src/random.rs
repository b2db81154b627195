//! A small seeded generator (SplitMix64: Steele, Lea & Flood, OOPSLA 2014), and random patches from it.

use std::collections::BTreeMap;

use manycord_engine::patch::{Cable, Patch, PatchModule, PortRef};
use manycord_modules::{CATALOG, Kind, Param, Role, Scale, Value};

/// The generator.
#[derive(Clone, Debug)]
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    }

    /// 0 … `count` − 1.
    pub fn below(&mut self, count: usize) -> usize {
        (self.bits() % count.max(1) as u64) as usize
    }

    /// 0 … 1.
    pub fn share(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1u64 << 24) as f32
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f32) -> bool {
        self.share() < probability
    }

    /// One of a list.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A value of a param, along its travel.
pub fn value(random: &mut Random, param: &Param) -> f32 {
    let share = random.share();
    match param.scale {
        Scale::Octaves => {
            (param.min.ln() + (param.max / param.min).ln() * share).exp().clamp(param.min, param.max)
        }
        Scale::Linear => param.min + (param.max - param.min) * share,
        Scale::Steps => (param.min + (param.max - param.min) * share).round(),
    }
}

/// A module of a kind with some knobs turned.
pub fn module(random: &mut Random, kind: &Kind, id: String) -> PatchModule {
    let mut params = BTreeMap::new();
    for param in kind.spec.params {
        if random.chance(0.5) {
            params.insert(param.id.to_string(), value(random, param));
        }
    }
    if kind.spec.role == Role::Notes {
        params.insert("channel".into(), 0.0);
        params.insert("voices".into(), *random.pick(&[1.0, 3.0, 8.0, 12.0, 20.0]));
    }
    PatchModule {
        id,
        kind: kind.spec.id.into(),
        at: [0.0, 0.0],
        bypass: random.chance(0.05),
        params,
        state: Value::Nothing,
        label: None,
    }
}

/// A cable between two random modules, if their ports allow it.
pub fn cable(random: &mut Random, modules: &[PatchModule]) -> Option<Cable> {
    let (from, to) = (random.pick(modules), random.pick(modules));
    let source = manycord_modules::find(&from.kind)?.spec;
    let target = manycord_modules::find(&to.kind)?.spec;
    if source.outputs.is_empty() {
        return None;
    }
    let inputs = target.inputs.iter().map(|port| (port.id, false));
    let params = target.params.iter().filter(|param| !param.structural).map(|param| (param.id, true));
    let slots: Vec<_> = inputs.chain(params).collect();
    let (slot, is_param) = *slots.get(random.below(slots.len().max(1)))?;
    Some(Cable {
        from: PortRef { module: from.id.clone(), port: random.pick(source.outputs).id.into() },
        to: PortRef { module: to.id.clone(), port: slot.into() },
        depth: if is_param { random.share() * 2.0 - 1.0 } else { 1.0 },
        color: None,
    })
}

/// A patch of 4 to 16 modules with Notes and an Output, audible more often than not, with cycles.
pub fn patch(seed: u64) -> Patch {
    let mut random = Random(seed);
    let of_role =
        |role| CATALOG.iter().find(|kind| kind.spec.role == role).expect("the catalog has such a module");
    let mut modules = vec![
        module(&mut random, of_role(Role::Notes), "notes".into()),
        module(&mut random, of_role(Role::Output), "output".into()),
    ];
    modules[1].bypass = false;
    modules[1].params.clear();
    for number in 0..2 + random.below(13) {
        let kind = *random.pick(CATALOG);
        modules.push(module(&mut random, &kind, format!("m{number}")));
    }
    let mut patch = Patch { name: format!("random {seed}"), modules, ..Patch::default() };
    for _ in 0..patch.modules.len() * 3 {
        add_cable(&mut random, &mut patch);
    }
    for (number, module) in patch.modules.clone().iter().enumerate().skip(2) {
        let source = manycord_modules::find(&module.kind).expect("picked from the catalog").spec;
        let side = ["left", "right"][number % 2];
        if let Some(port) = source.outputs.first().filter(|_| number < 6) {
            push_unique(
                &mut patch,
                Cable {
                    from: PortRef { module: module.id.clone(), port: port.id.into() },
                    to: PortRef { module: "output".into(), port: side.into() },
                    depth: 1.0,
                    color: None,
                },
            );
        }
    }
    patch
}

/// Adds a random cable, unless there is one between the same ports.
pub fn add_cable(random: &mut Random, patch: &mut Patch) {
    if let Some(cable) = cable(random, &patch.modules) {
        push_unique(patch, cable);
    }
}

fn push_unique(patch: &mut Patch, cable: Cable) {
    if !patch.cables.iter().any(|known| known.from == cable.from && known.to == cable.to) {
        patch.cables.push(cable);
    }
}

/// One random edit: a cable in or out, a module in or out, a knob, a bypass switch.
pub fn edit(random: &mut Random, patch: &Patch) -> Patch {
    let mut next = patch.clone();
    match random.below(6) {
        0 | 1 => add_cable(random, &mut next),
        2 if !next.cables.is_empty() => {
            let place = random.below(next.cables.len());
            next.cables.remove(place);
        }
        3 => {
            let id =
                (0..).map(|number| format!("e{number}")).find(|id| !next.modules.iter().any(|m| m.id == *id));
            let kind = *random.pick(CATALOG);
            let module = module(random, &kind, id.expect("ids do not end"));
            next.modules.push(module);
            add_cable(random, &mut next);
        }
        4 if next.modules.len() > 3 => {
            let place = 2 + random.below(next.modules.len() - 2);
            let gone = next.modules.remove(place).id;
            next.cables.retain(|cable| cable.from.module != gone && cable.to.module != gone);
        }
        _ => {
            let place = random.below(next.modules.len());
            let module = &mut next.modules[place];
            let spec = manycord_modules::find(&module.kind).expect("picked from the catalog").spec;
            let movable: Vec<_> = spec.params.iter().filter(|param| !param.structural).collect();
            if movable.is_empty() || random.chance(0.2) {
                module.bypass = !module.bypass;
            } else {
                let param = *random.pick(&movable);
                module.params.insert(param.id.into(), value(random, param));
            }
        }
    }
    next
}
