// A line of the test's own: a network namespace behind a pair of virtual cables, whose rate, loss and addresses are set at will.
// A browser started in it sees the server over that line and nothing else.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const sh = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/// Null where the system does not allow it (no root, no namespaces, no `tc` or `nft`).
export function lay() {
  const number = process.pid % 200;
  const names = {
    space: `lectern-line-${process.pid}`, near: `lln${process.pid}`, far: `llf${process.pid}`, mobileNear: `lmn${process.pid}`, mobileFar: `lmf${process.pid}`,
  };
  const net = `10.213.${number}`;
  const mobile = `10.214.${number}`;
  try {
    sh('ip', 'netns', 'add', names.space);
  } catch {
    return null;
  }
  const inside = (...command) => sh('ip', 'netns', 'exec', names.space, ...command);
  const folder = mkdtempSync(path.join(tmpdir(), 'lectern-line-'));
  const remove = () => {
    for (const undo of [['ip', 'link', 'del', names.near], ['ip', 'link', 'del', names.mobileNear], ['ip', 'netns', 'del', names.space]]) {
      try { sh(...undo); } catch { /* gone already */ }
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    // An address of IPv6 is given out seconds after a cable is there, and a browser gives up whatever is on its way then.
    const withoutV6 = (run, which) => run('sh', '-c', `echo 1 > /proc/sys/net/ipv6/conf/${which}/disable_ipv6 || true`);
    withoutV6(inside, 'all');
    withoutV6(inside, 'default');
    sh('ip', 'link', 'add', names.near, 'type', 'veth', 'peer', 'name', names.far, 'netns', names.space);
    withoutV6(sh, names.near);
    sh('ip', 'addr', 'add', `${net}.1/24`, 'dev', names.near);
    sh('ip', 'link', 'set', names.near, 'up');
    inside('ip', 'link', 'set', 'lo', 'up');
    inside('ip', 'addr', 'add', `${net}.2/24`, 'dev', names.far);
    inside('ip', 'link', 'set', names.far, 'up');
    inside('ip', 'route', 'add', 'default', 'via', `${net}.1`);
    // The mobile network is there, and down.
    sh('ip', 'link', 'add', names.mobileNear, 'type', 'veth', 'peer', 'name', names.mobileFar, 'netns', names.space);
    withoutV6(sh, names.mobileNear);
    sh('ip', 'addr', 'add', `${mobile}.1/24`, 'dev', names.mobileNear);
    sh('ip', 'link', 'set', names.mobileNear, 'up');
    inside('ip', 'addr', 'add', `${mobile}.2/24`, 'dev', names.mobileFar);
    // Else a second address would go with the first.
    inside('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/promote_secondaries');
    inside('nft', 'add', 'table', 'inet', 'line');
    for (const hook of ['input', 'output']) inside('nft', `add chain inet line ${hook} { type filter hook ${hook} priority 0; }`);
    sh('tc', 'qdisc', 'add', 'dev', names.near, 'root', 'tbf', 'rate', '1gbit', 'burst', '256kb', 'latency', '100ms');
  } catch (error) {
    remove();
    console.log(`no line can be laid here: ${error.stderr ?? error.message}`);
    return null;
  }

  // Playwright starts a program by its path; this one starts the browser inside.
  const browserInside = (executable) => {
    const wrapper = path.join(folder, 'chromium-inside');
    writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${names.space} ${executable} "$@"\n`);
    chmodSync(wrapper, 0o755);
    return wrapper;
  };

  let last = 2;
  let onMobile = false;
  return {
    server: `${net}.1`,
    browserInside,
    remove,
    /// Kilobits a second towards the browser. The queue holds `latency`, as the box at a village school does.
    rate(kbit, latency = '300ms') {
      sh('tc', 'qdisc', 'replace', 'dev', names.near, 'root', 'tbf', 'rate', `${kbit}kbit`, 'burst', '8kb', 'latency', latency);
    },
    free() {
      sh('tc', 'qdisc', 'replace', 'dev', names.near, 'root', 'tbf', 'rate', '1gbit', 'burst', '256kb', 'latency', '100ms');
    },
    /// Datagrams lost at random, each way.
    loss(percent) {
      for (const hook of ['input', 'output']) {
        inside('nft', 'flush', 'chain', 'inet', 'line', hook);
        if (percent > 0) inside('nft', `add rule inet line ${hook} meta l4proto udp numgen random mod 100 < ${percent} drop`);
      }
    },
    blockUdp() {
      for (const hook of ['input', 'output']) inside('nft', `add rule inet line ${hook} meta l4proto udp drop`);
    },
    blockTcp(port) {
      for (const hook of ['input', 'output']) inside('nft', `add rule inet line ${hook} tcp ${hook === 'input' ? 'sport' : 'dport'} ${port} drop`);
    },
    // Nothing comes through, in either direction.
    cutOff() {
      for (const hook of ['input', 'output']) inside('nft', `add rule inet line ${hook} drop`);
    },
    unblock() {
      for (const hook of ['input', 'output']) inside('nft', 'flush', 'chain', 'inet', 'line', hook);
    },
    /// The Wi-Fi goes and the mobile network comes, or the other way round.
    change() {
      const [gone, come, gateway] = onMobile ? [names.mobileFar, names.far, net] : [names.far, names.mobileFar, mobile];
      inside('ip', 'link', 'set', gone, 'down');
      inside('ip', 'link', 'set', come, 'up');
      inside('ip', 'route', 'replace', 'default', 'via', `${gateway}.1`);
      onMobile = !onMobile;
    },
    /// Another address on the same network, and the old one is gone.
    move() {
      // An old address that came back would bring dead sockets to life.
      const [old, next] = [last, last === 250 ? 2 : last + 1];
      inside('ip', 'addr', 'add', `${net}.${next}/24`, 'dev', names.far);
      inside('ip', 'addr', 'del', `${net}.${old}/24`, 'dev', names.far);
      last = next;
      try { inside('ip', 'route', 'add', 'default', 'via', `${net}.1`); } catch { /* it outlived the address */ }
    },
  };
}
