//! The malloc shim, if this process was started with it (`LD_PRELOAD`).

use std::ffi::CStr;

/// Counts C allocator calls; see `tests/malloc-shim`.
#[derive(Clone, Copy, Debug)]
pub struct Shim {
    begin: extern "C" fn(),
    end: extern "C" fn(),
    arm: extern "C" fn(bool),
    read: extern "C" fn() -> u64,
    first: unsafe extern "C" fn(*mut usize, usize) -> usize,
}

#[expect(unsafe_code, reason = "functions of the preloaded library are known by name only")]
impl Shim {
    /// The shim; `None` when it is not preloaded.
    pub fn find() -> Option<Shim> {
        let [begin, end, arm, read, first] = [
            c"manycord_count_begin",
            c"manycord_count_end",
            c"manycord_count_arm",
            c"manycord_count_read",
            c"manycord_count_first",
        ]
        .map(find);
        // SAFETY: the shim declares these functions with exactly these types.
        unsafe {
            Some(Shim {
                begin: std::mem::transmute::<*mut libc::c_void, extern "C" fn()>(begin?),
                end: std::mem::transmute::<*mut libc::c_void, extern "C" fn()>(end?),
                arm: std::mem::transmute::<*mut libc::c_void, extern "C" fn(bool)>(arm?),
                read: std::mem::transmute::<*mut libc::c_void, extern "C" fn() -> u64>(read?),
                first: std::mem::transmute::<
                    *mut libc::c_void,
                    unsafe extern "C" fn(*mut usize, usize) -> usize,
                >(first?),
            })
        }
    }

    /// From here on this thread's calls are counted.
    pub fn begin(&self) {
        (self.begin)();
    }

    /// This thread's calls are no longer counted.
    pub fn end(&self) {
        (self.end)();
    }

    /// Whether the pool's workers are counted.
    pub fn arm(&self, armed: bool) {
        (self.arm)(armed);
    }

    /// Calls counted so far.
    pub fn count(&self) -> u64 {
        (self.read)()
    }

    /// Where the first counted call came from: files and offsets for `addr2line`, innermost first.
    pub fn first_offender(&self) -> Vec<String> {
        let mut addresses = [0; 32];
        // SAFETY: the array has room for as many addresses as we say.
        let count = unsafe { (self.first)(addresses.as_mut_ptr(), addresses.len()) };
        addresses[..count].iter().map(|&address| place(address)).collect()
    }
}

#[expect(unsafe_code, reason = "asks the dynamic linker")]
fn find(name: &CStr) -> Option<*mut libc::c_void> {
    // SAFETY: the name is a C string; looking one up has no other effect.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!found.is_null()).then_some(found)
}

#[expect(unsafe_code, reason = "asks the dynamic linker")]
fn place(address: usize) -> String {
    // SAFETY: all-zero is a valid value of this plain C struct.
    let mut info: libc::Dl_info = unsafe { std::mem::zeroed() };
    // SAFETY: `info` is valid for writes; any address may be asked about.
    let known = unsafe { libc::dladdr(address as *const libc::c_void, &raw mut info) } != 0;
    if !known || info.dli_fname.is_null() {
        return format!("{address:#x}");
    }
    // SAFETY: the linker's name of a loaded file is a C string that lives as long as the file is loaded.
    let file = unsafe { CStr::from_ptr(info.dli_fname) };
    format!("{}+{:#x}", file.to_string_lossy(), address - info.dli_fbase as usize)
}
