/* The filter is made on the stack, instruction by instruction: each rule looks at the number of the call, and some at one
 * argument. What is not in the rules is allowed: an emulator's libraries differ from system to system, and a list of all
 * that they need would break with the next of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#endif

typedef enum rule_kind {
    DENY,
    UNKNOWN,      /* as a kernel without it says: the C library then takes the older call, whose arguments can be seen */
    ONLY_READING, /* allowed unless the flags, `argument`, open for writing or make a file */
    ONLY_THREADS, /* allowed when the flags say that it is a thread that is made */
    ONLY_SELF,    /* allowed when `argument` is this process, or 0: itself, or the group that it leads */
    NOT_VALUE     /* denied when `argument` is `value` */
} rule_kind;

typedef struct rule {
    int       call;
    rule_kind kind;
    int       argument;
    uint32_t  value;
} rule;

static const rule rules[] = {
#ifdef __NR_open
    {__NR_open, ONLY_READING, 1, 0},
    {__NR_creat, DENY, 0, 0},
    {__NR_rename, DENY, 0, 0},
    {__NR_link, DENY, 0, 0},
    {__NR_symlink, DENY, 0, 0},
    {__NR_unlink, DENY, 0, 0},
    {__NR_mkdir, DENY, 0, 0},
    {__NR_rmdir, DENY, 0, 0},
    {__NR_mknod, DENY, 0, 0},
    {__NR_chmod, DENY, 0, 0},
    {__NR_chown, DENY, 0, 0},
    {__NR_lchown, DENY, 0, 0},
    {__NR_utimes, DENY, 0, 0},
    {__NR_futimesat, DENY, 0, 0},
    {__NR_fork, DENY, 0, 0},
    {__NR_vfork, DENY, 0, 0},
#endif
#ifdef __NR_utime
    {__NR_utime, DENY, 0, 0},
#endif
#ifdef __NR_renameat
    {__NR_renameat, DENY, 0, 0},
#endif
#ifdef __NR_socketcall
    {__NR_socketcall, DENY, 0, 0},
#endif
#ifdef __NR_truncate64
    {__NR_truncate64, DENY, 0, 0},
#endif
#ifdef __NR_utimensat_time64
    {__NR_utimensat_time64, DENY, 0, 0},
#endif
#ifdef __NR_openat2
    {__NR_openat2, UNKNOWN, 0, 0},
#endif
#ifdef __NR_clone3
    {__NR_clone3, UNKNOWN, 0, 0},
#endif
#ifdef __NR_io_uring_setup
    {__NR_io_uring_setup, UNKNOWN, 0, 0},
#endif
#ifdef __NR_pidfd_open
    {__NR_pidfd_open, DENY, 0, 0},
#endif
#ifdef __NR_pidfd_send_signal
    {__NR_pidfd_send_signal, DENY, 0, 0},
#endif
#ifdef __NR_fchmodat2
    {__NR_fchmodat2, DENY, 0, 0},
#endif
#ifdef __NR_socket
    {__NR_socket, DENY, 0, 0},
#endif
    {__NR_openat, ONLY_READING, 2, 0},
    {__NR_open_by_handle_at, DENY, 0, 0},
    {__NR_renameat2, DENY, 0, 0},
    {__NR_linkat, DENY, 0, 0},
    {__NR_symlinkat, DENY, 0, 0},
    {__NR_unlinkat, DENY, 0, 0},
    {__NR_mkdirat, DENY, 0, 0},
    {__NR_mknodat, DENY, 0, 0},
    {__NR_truncate, DENY, 0, 0},
    {__NR_fchmod, DENY, 0, 0},
    {__NR_fchmodat, DENY, 0, 0},
    {__NR_fchown, DENY, 0, 0},
    {__NR_fchownat, DENY, 0, 0},
#ifdef __NR_utimensat
    {__NR_utimensat, DENY, 0, 0},
#endif
    {__NR_setxattr, DENY, 0, 0},
    {__NR_lsetxattr, DENY, 0, 0},
    {__NR_fsetxattr, DENY, 0, 0},
    {__NR_removexattr, DENY, 0, 0},
    {__NR_lremovexattr, DENY, 0, 0},
    {__NR_fremovexattr, DENY, 0, 0},
    {__NR_mount, DENY, 0, 0},
    {__NR_umount2, DENY, 0, 0},
    {__NR_ptrace, DENY, 0, 0},
    {__NR_process_vm_readv, DENY, 0, 0},
    {__NR_process_vm_writev, DENY, 0, 0},
    {__NR_bpf, DENY, 0, 0},
#ifdef __NR_msgget
    {__NR_msgget, DENY, 0, 0},
    {__NR_msgsnd, DENY, 0, 0},
    {__NR_msgrcv, DENY, 0, 0},
    {__NR_msgctl, DENY, 0, 0},
    {__NR_semget, DENY, 0, 0},
    {__NR_semctl, DENY, 0, 0},
    {__NR_shmget, DENY, 0, 0},
    {__NR_shmat, DENY, 0, 0},
    {__NR_shmctl, DENY, 0, 0},
#endif
#ifdef __NR_semop
    {__NR_semop, DENY, 0, 0},
#endif
#ifdef __NR_semtimedop
    {__NR_semtimedop, DENY, 0, 0},
#endif
#ifdef __NR_semtimedop_time64
    {__NR_semtimedop_time64, DENY, 0, 0},
#endif
#ifdef __NR_ipc
    {__NR_ipc, DENY, 0, 0},
#endif
    {__NR_mq_open, DENY, 0, 0},
    {__NR_clone, ONLY_THREADS, 0, 0},
    {__NR_kill, ONLY_SELF, 0, 0},
    {__NR_tkill, DENY, 0, 0},
    {__NR_tgkill, ONLY_SELF, 0, 0},
    {__NR_rt_sigqueueinfo, DENY, 0, 0},
    {__NR_rt_tgsigqueueinfo, ONLY_SELF, 0, 0},
    {__NR_setpriority, DENY, 0, 0},
    {__NR_prlimit64, ONLY_SELF, 0, 0},
    {__NR_fcntl, NOT_VALUE, 1, F_SETOWN},
    {__NR_fcntl, NOT_VALUE, 1, F_SETOWN_EX},
    {__NR_fcntl, NOT_VALUE, 1, F_SETSIG},
#ifdef __NR_fcntl64
    {__NR_fcntl64, NOT_VALUE, 1, F_SETOWN},
    {__NR_fcntl64, NOT_VALUE, 1, F_SETOWN_EX},
    {__NR_fcntl64, NOT_VALUE, 1, F_SETSIG},
#endif
};

enum { RULE_COUNT = sizeof rules / sizeof *rules, STEPS_PER_RULE = 6, STEPS_AROUND = 8 };

typedef struct filter {
    struct sock_filter steps[STEPS_AROUND + STEPS_PER_RULE * RULE_COUNT];
    unsigned short     count;
} filter;

static void add(filter *f, int code, uint32_t value, int if_true, int if_false)
{
    f->steps[f->count++] = (struct sock_filter){(uint16_t)code, (uint8_t)if_true, (uint8_t)if_false, value};
}

static void add_load(filter *f, size_t offset)
{
    add(f, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void add_end(filter *f, uint32_t end)
{
    add(f, BPF_RET | BPF_K, end, 0, 0);
}

/* The low half of a 64-bit argument: what flags and process numbers are in. */
static size_t argument_offset(int argument)
{
    const union {
        uint16_t word;
        uint8_t  bytes[2];
    } one = {1};

    return offsetof(struct seccomp_data, args) + 8 * (size_t)argument + (one.bytes[0] ? 0 : 4);
}

/* One argument decides: the test jumps over the denial. */
static void add_condition(filter *f, const rule *r)
{
    add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->call, 0, r->kind == ONLY_SELF ? 5 : 4);
    add_load(f, argument_offset(r->argument));
    if (r->kind == ONLY_SELF)
        add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0);
    if (r->kind == ONLY_READING)
        add(f, BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0, 1);
    else if (r->kind == ONLY_THREADS)
        add(f, BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 1, 0);
    else
        add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 1, 0);
    add_end(f, SECCOMP_RET_ERRNO | EACCES);
    add_end(f, SECCOMP_RET_ALLOW);
}

/* Any other value is for the rules behind this one, which look at the call's number again. */
static void add_denied_value(filter *f, const rule *r)
{
    add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->call, 0, 4);
    add_load(f, argument_offset(r->argument));
    add(f, BPF_JMP | BPF_JEQ | BPF_K, r->value, 0, 1);
    add_end(f, SECCOMP_RET_ERRNO | EACCES);
    add_load(f, offsetof(struct seccomp_data, nr));
}

static void add_denial(filter *f, const rule *r)
{
    add(f, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)r->call, 0, 1);
    add_end(f, SECCOMP_RET_ERRNO | (r->kind == DENY ? EACCES : ENOSYS));
}

static void add_rule(filter *f, const rule *r)
{
    if (r->kind == DENY || r->kind == UNKNOWN)
        add_denial(f, r);
    else if (r->kind == NOT_VALUE)
        add_denied_value(f, r);
    else
        add_condition(f, r);
}

/* Calls by another architecture's numbers would pass the rules by. */
static void add_architecture(filter *f, uint32_t architecture)
{
    add_load(f, offsetof(struct seccomp_data, arch));
    add(f, BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0);
    add_end(f, SECCOMP_RET_KILL_PROCESS);
    add_load(f, offsetof(struct seccomp_data, nr));
#ifdef __X32_SYSCALL_BIT
    add(f, BPF_JMP | BPF_JGE | BPF_K, __X32_SYSCALL_BIT, 0, 1);
    add_end(f, SECCOMP_RET_KILL_PROCESS);
#endif
}

#ifdef ARCHITECTURE
int mote_confine(void)
{
    const struct rlimit none = {0, 0};
    filter              f = {.count = 0};
    struct sock_fprog   program = {.filter = f.steps};
    size_t              i;

    add_architecture(&f, ARCHITECTURE);
    for (i = 0; i < RULE_COUNT; i++)
        add_rule(&f, &rules[i]);
    add_end(&f, SECCOMP_RET_ALLOW);
    program.len = f.count;
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
        return errno;
    return 0;
}
#else
int mote_confine(void)
{
    (void)add_architecture;
    (void)add_rule;
    return ENOSYS;
}
#endif
