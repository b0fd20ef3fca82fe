// What a test cannot do under a sanitizer.
#pragma once

// Clang's check of virtual tables opens a pipe to see whether memory is readable, and takes EMFILE for a no: tests that
// leave no file free do not run under it. The thread sanitizer's build of them has no such check.
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
#define SANITIZER_NEEDS_FILES
#endif
#endif

// The sanitizers of addresses and threads take more address space than any limit leaves.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZER_NEEDS_ADDRESS_SPACE
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZER_NEEDS_ADDRESS_SPACE
#endif
#endif
