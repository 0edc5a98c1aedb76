// Runs the bundled host suite through @vscode/test-electron, in a process of its own:
//   node host-suite.mjs WORKSPACE [EXECUTABLE]
// Without an executable the web host takes the desktop's place. HEATLINE_HOST_RESULTS names the file for the results.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { outFolder, root } from './project.mjs';
import { writeSettings } from './web-host/settings.mjs';

const [workspace, executable] = process.argv.slice(2);

const profile = await mkdtemp(path.join(os.tmpdir(), 'heatline-profile-'));
const userDataDir = path.join(profile, 'user-data');
// On a signal VS Code, which is in our process group, ends first; then we do, once the profile is deleted.
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    const first = !stopping;
    stopping = true;
    if (first && process.platform !== 'win32') process.kill(0, 'SIGTERM');
  });
}
try {
  await writeSettings(userDataDir);
  await runTests({
    vscodeExecutablePath: executable ?? path.join(root, 'scripts/web-host/code.mjs'),
    extensionDevelopmentPath: root,
    extensionTestsPath: path.join(outFolder, 'test/host/entry.cjs'),
    launchArgs: [workspace, '--user-data-dir', userDataDir, '--extensions-dir', path.join(profile, 'extensions'), '--disable-extensions'],
  });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
