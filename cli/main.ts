#!/usr/bin/env node
// Nothing else is imported before the release of Node is known to be one that can load it.
import { isSupportedNode, NODE_NEEDED } from './node-release.js';

const { node } = process.versions;

if (isSupportedNode(node)) {
  const { keepCompiledCode } = await import('./compile-cache.js');
  keepCompiledCode();
  const { runProcess } = await import('./run.js');
  await runProcess();
} else {
  process.stderr.write(`error: ${NODE_NEEDED} is needed, and this is ${node}\n`);
  process.exitCode = 1;
}
