//! The C allocator's functions: each is counted and passed on to glibc's own.

use libc::{c_int, c_void, size_t};

use crate::tally::note;

unsafe extern "C" {
    fn __libc_malloc(size: size_t) -> *mut c_void;
    fn __libc_calloc(count: size_t, size: size_t) -> *mut c_void;
    fn __libc_realloc(pointer: *mut c_void, size: size_t) -> *mut c_void;
    fn __libc_free(pointer: *mut c_void);
    fn __libc_memalign(alignment: size_t, size: size_t) -> *mut c_void;
}

#[unsafe(no_mangle)]
extern "C" fn malloc(size: size_t) -> *mut c_void {
    note();
    // SAFETY: any size may be asked for.
    unsafe { __libc_malloc(size) }
}

#[unsafe(no_mangle)]
extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    note();
    // SAFETY: any count and size may be asked for; glibc checks their product.
    unsafe { __libc_calloc(count, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(pointer: *mut c_void, size: size_t) -> *mut c_void {
    note();
    // SAFETY: the caller got the pointer from here, hence from glibc.
    unsafe { __libc_realloc(pointer, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(pointer: *mut c_void) {
    // Freeing nothing does nothing; C++ and C do it all the time.
    if !pointer.is_null() {
        note();
        // SAFETY: the caller got the pointer from here, hence from glibc.
        unsafe { __libc_free(pointer) }
    }
}

#[unsafe(no_mangle)]
extern "C" fn memalign(alignment: size_t, size: size_t) -> *mut c_void {
    note();
    // SAFETY: glibc checks the alignment.
    unsafe { __libc_memalign(alignment, size) }
}

#[unsafe(no_mangle)]
extern "C" fn aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    memalign(alignment, size)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(place: *mut *mut c_void, alignment: size_t, size: size_t) -> c_int {
    if !alignment.is_power_of_two() || !alignment.is_multiple_of(size_of::<*mut c_void>()) {
        return libc::EINVAL;
    }
    let pointer = memalign(alignment, size);
    if pointer.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: POSIX makes the caller give a valid place for the pointer.
    unsafe { place.write(pointer) };
    0
}
