import { execSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { notRun, requireTool } from '../support/toolchain.js';

const REPOSITORY = join(import.meta.dirname, '../../..');
/** What `.ci/linux-guest` makes; its last file says that it is whole. */
const MADE = join(REPOSITORY, 'node_modules/.cache/interop-linux');
/** Nothing here takes so long; for the case that nobody is left to end the guest. */
const LIMIT_S = 900;

/** Whether a guest can be booted here. Where not, says why, and throws in CI. */
export function requireGuest(): boolean {
  const whole = existsSync(join(MADE, 'made-of.txt'));
  return whole ? requireTool('timeout') : notRun('.ci/linux-guest has not made the Linux guest');
}

/** A virtio port of the guest, and what QEMU connects it to. */
export interface VirtioPort {
  readonly name: string;
  /** A chardev in QEMU's words, less its id. */
  readonly chardev: string;
}

/**
 * Boots the guest, with `guest/init` as its first program; `folder` takes what is needed for that. The
 * console is the stdout. The exit status is 0 whatever happens in there.
 */
export function bootQemu(folder: string, ports: readonly VirtioPort[]): ChildProcess {
  const initramfs = join(folder, 'initramfs');
  cpSync(join(MADE, 'initramfs'), initramfs, { recursive: true, verbatimSymlinks: true });
  copyFileSync(join(REPOSITORY, 'test/interop/linux/guest/init'), join(initramfs, 'init'));
  execSync('find . | bin/busybox cpio -o -H newc >../initramfs.cpio', {
    cwd: initramfs,
    stdio: ['ignore', 'ignore', 'pipe'],
  });

  const share = (tag: string, path: string) => [
    '-virtfs',
    `local,path=${path.replaceAll(',', ',,')},mount_tag=${tag},security_model=none,readonly=on,multidevs=remap`,
  ];
  const machine =
    // KVM may open and then hang where this machine is itself a guest. Two CPUs were seen to
    // corrupt lists in this kernel's Bluetooth.
    '-machine pc -accel tcg,thread=single -cpu Nehalem -smp 1 -m 1024 -no-reboot -nodefaults ' +
    '-display none -serial stdio -device virtio-rng-pci -device virtio-serial-pci,max_ports=31';
  const parameters =
    'console=ttyS0 quiet panic=-1 oops=panic mitigations=off random.trust_cpu=on nokaslr ' +
    'tsc=reliable cryptomgr.notests nowatchdog';
  const args = [
    ...machine.split(' '),
    ...['-kernel', join(MADE, 'vmlinux'), '-initrd', join(folder, 'initramfs.cpio')],
    ...['-append', parameters],
    ...share('guest', join(MADE, 'guest')),
    ...share('repository', REPOSITORY),
    ...ports.flatMap(({ name, chardev }) => [
      ...['-chardev', `${chardev},id=${name}`],
      ...['-device', `virtserialport,chardev=${name},name=${name}`],
    ]),
  ];
  const path = [join(MADE, 'bin'), process.env['PATH']].join(delimiter);
  return spawn('timeout', [String(LIMIT_S), 'qemu-system-x86_64', ...args], {
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
