//! System packages, on systems with apt; elsewhere we say what is needed and go on.

use std::process::Command;

use anyhow::{Context, Result};

use super::Group;
use super::process::{self, output};

/// A system package.
struct Package {
    group: Group,
    name: &'static str,
    why: &'static str,
}

const fn package(group: Group, name: &'static str, why: &'static str) -> Package {
    Package { group, name, why }
}

const PACKAGES: &[Package] = &[
    package(Group::Build, "gcc", "links"),
    package(Group::Build, "libc6-dev", "links"),
    package(Group::Build, "pkg-config", "finds ALSA and JACK"),
    package(Group::Build, "libasound2-dev", "sound and MIDI of the standalone (ALSA)"),
    package(Group::Build, "libjack-jackd2-dev", "sound and MIDI of the standalone (JACK)"),
    package(Group::Window, "libegl1", "draws the window (EGL)"),
    package(Group::Window, "libgl1", "draws the window (OpenGL)"),
    package(Group::Window, "libx11-xcb1", "opens the window"),
    package(Group::Window, "libxkbcommon-x11-0", "reads the keyboard in the window"),
    package(Group::Test, "xvfb", "a display for the editor where there is none"),
    package(Group::Test, "xauth", "lets programs onto that display"),
    package(Group::Test, "xdotool", "mouse and keys for the editor's tests"),
    package(Group::Test, "x11-utils", "looks at windows"),
    package(Group::Test, "imagemagick", "takes screenshots"),
    package(Group::Test, "openbox", "a window manager for the display"),
    package(Group::Test, "mesa-vulkan-drivers", "draws without a graphics card (Vulkan)"),
    package(Group::Test, "libgl1-mesa-dri", "draws without a graphics card (OpenGL)"),
    package(Group::Test, "jackd2", "a sound server without a sound card"),
    package(Group::Test, "valgrind", "counts the instructions of renders"),
    package(Group::Python, "python3", "runs the hosts that come as Python packages"),
    package(Group::Python, "python3-venv", "keeps them apart from the system's Python"),
    package(Group::Python, "libjack-jackd2-0", "JACK from Python"),
    package(Group::Peers, "csound", "the reference patch in csound"),
    package(Group::Peers, "supercollider-server", "the reference patch in SuperCollider (scsynth)"),
    package(Group::Peers, "supercollider-supernova", "the reference patch on SuperCollider's threads"),
    package(Group::Peers, "faust", "the reference patch in Faust"),
    package(Group::Peers, "g++", "compiles what Faust makes"),
];

/// Installs what is missing.
pub fn ensure(groups: &[Group]) -> Result<()> {
    install(&PACKAGES.iter().filter(|package| groups.contains(&package.group)).collect::<Vec<_>>())
}

/// Installs what is missing of a group, one by one where not all can be had; returns why some could not.
pub fn each(group: Group) -> Vec<anyhow::Error> {
    if ensure(&[group]).is_ok() {
        return Vec::new();
    }
    let packages = PACKAGES.iter().filter(|package| package.group == group);
    packages.filter_map(|package| install(&[package]).err()).collect()
}

fn install(wanted: &[&Package]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let missing = if output("apt-get", &["--version"]).is_some() { missing(wanted) } else { wanted.to_vec() };
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    if output("apt-get", &["--version"]).is_none() {
        eprintln!("this system has no apt; see that you have what Debian calls:");
        tell(&missing);
        return Ok(());
    }
    println!("installing system packages:");
    tell(&missing);
    process::run(&mut apt(&["update", "--quiet"])).context(hint(&names))?;
    let mut install = apt(&["install", "--yes", "--quiet", "--no-install-recommends"]);
    process::run(install.args(&names)).context(hint(&names))
}

fn tell(packages: &[&Package]) {
    for package in packages {
        println!("  {:<22} {}", package.name, package.why);
    }
}

fn hint(names: &[&str]) -> String {
    format!("install them yourself, then go on: apt-get install --no-install-recommends {}", names.join(" "))
}

/// Those that dpkg does not know as installed.
fn missing<'a>(wanted: &[&'a Package]) -> Vec<&'a Package> {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${Package} ${Status}\n"]);
    // dpkg-query fails when it does not know a name, but prints the others all the same.
    let known = query.args(wanted.iter().map(|package| package.name)).output();
    let known = known.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let installed: Vec<&str> = known
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, status)| *status == "install ok installed")
        .map(|(name, _)| name)
        .collect();
    wanted.iter().copied().filter(|package| !installed.contains(&package.name)).collect()
}

/// apt-get as root, by sudo where we are not.
fn apt(args: &[&str]) -> Command {
    let root = output("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    let mut command = Command::new(if root { "env" } else { "sudo" });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
    command
}
