#!/usr/bin/env node
// Nothing is imported before the version is known to be new enough.
const { node } = process.versions;
const [major = 0, minor = 0] = node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`key: Node.js 20.19 or newer is needed, this is ${node}\n`);
  process.exitCode = 1;
} else {
  const { keepCompiledCode } = await import('./compile-cache.js');
  keepCompiledCode();
  const { runProcess } = await import('./run.js');
  await runProcess();
}

export {};
