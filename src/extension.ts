import * as vscode from 'vscode';
import { Heat } from './editor/heat.ts';
import { StatusBar } from './editor/statusBar.ts';
import { ActiveProfile } from './host/activeProfile.ts';
import { registerCommands } from './host/commands.ts';
import { Debugging } from './host/debug/debugging.ts';
import { DelveDebugger } from './host/debug/delve/delveDebugger.ts';
import { PdbDebugger } from './host/debug/pdb/pdbDebugger.ts';
import { FindingProblems } from './host/findingProblems.ts';
import { HeatlineTasks } from './host/heatlineTasks.ts';
import { LaunchMemory } from './host/launchInputs.ts';
import { disposeLog } from './host/log.ts';
import { Problems } from './host/problems.ts';
import { MachineWatch } from './host/machineWatch.ts';
import { OpenedFiles } from './host/openedFiles.ts';
import { Profiles } from './host/profiles.ts';
import { ProfileVerb } from './host/profileVerb.ts';
import { Recent } from './host/recent.ts';
import { Running } from './host/running.ts';
import { RunStore } from './host/runStore.ts';
import { TargetPicker } from './host/targetPicker.ts';
import { targetSources } from './host/targets/index.ts';
import { TestLenses } from './host/testLenses.ts';
import { openFiles, reopenAsText } from './host/viewers.ts';
import { MachineView } from './views/machineView.ts';
import { ProfileEditor } from './views/profileEditor.ts';
import { RunsTree } from './views/runsTree.ts';

/** Makes the parts and wires them. */
export function activate(context: vscode.ExtensionContext): void {
  const shipped = (name: string) => vscode.Uri.joinPath(context.extensionUri, 'dist', name).fsPath;
  const storage = context.storageUri ?? context.globalStorageUri;
  const problems = new Problems();
  const profiles = new Profiles(shipped('worker.cjs'));
  const active = new ActiveProfile(profiles);
  const store = new RunStore(vscode.Uri.joinPath(storage, 'runs').fsPath);
  const memory = new LaunchMemory(context.workspaceState);
  const recent = new Recent(context.workspaceState);
  const running = new Running();
  const watch = new MachineWatch();
  const verb = new ProfileVerb(
    { launcher: shipped('launcher.cjs'), pythonFolder: shipped('python'), agent: shipped('agent.cjs'), buildCache: vscode.Uri.joinPath(storage, 'build').fsPath },
    store, memory, active, problems, running, new TargetPicker(targetSources(memory, recent), recent), watch,
  );
  const tasks = new HeatlineTasks(shipped('task.js'), vscode.Uri.joinPath(storage, 'build').fsPath, store, active, problems, running);
  const heat = new Heat(active, vscode.Uri.joinPath(context.extensionUri, 'media'));
  const opened = new OpenedFiles(context.workspaceState);
  const open = (files: readonly vscode.Uri[]) => openFiles(files, active);
  const runs = new RunsTree(store, opened, active, verb, { open, dropFolder: vscode.Uri.joinPath(storage, 'dropped') });
  const editor = new ProfileEditor(context.extensionUri, profiles, active, {
    runAgain: (uri) => void vscode.commands.executeCommand('heatline.runAgain', uri), reopenAsText, open, remember: (uri) => void opened.add(uri),
  });
  const debugging = new Debugging([new PdbDebugger(vscode.Uri.joinPath(context.extensionUri, 'dist', 'python-pdb', 'heatline_pdb').fsPath), new DelveDebugger(context.workspaceState)], memory, problems);
  const commands = registerCommands({ verb, store, active, problems, heat, runs, editor, profiles, opened, debugging });
  context.subscriptions.push(
    problems, profiles, active, store, opened, running, tasks, heat, runs, editor, new StatusBar(active, verb), new FindingProblems(active), watch, new TestLenses(),
    new MachineView(context.extensionUri, watch, verb), debugging, commands, { dispose: disposeLog },
  );
}
