// Drives a real VS Code window as a person would: the extension installed from its package, in an empty profile.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/web-host/browser.mjs';
import { webHost } from '../../scripts/web-host/install.mjs';
import { installExtension, startServer, workbenchAddress } from '../../scripts/web-host/server.mjs';
import { themes, writeSettings } from '../../scripts/web-host/settings.mjs';

const READY_MS = 60_000;

export interface WorkbenchOptions {
  theme?: keyof typeof themes;
  /** User settings, over the quiet ones that every test has. */
  settings?: Record<string, unknown>;
  /** false turns workspace trust on and opens the folder in restricted mode; by default trust is off and everything runs. */
  trusted?: boolean;
  /** Window size in CSS pixels. */
  size?: { width: number; height: number };
  /** Environment of the extension host and of terminals. */
  env?: Record<string, string>;
}

/** An open window. Every wait ends with an error after 30 seconds unless said otherwise. */
export class Workbench {
  readonly page: Page;
  /** The title line of the last quick pick or input box, and its list. */
  readonly quickInput: Locator;
  private readonly close: () => Promise<void>;

  constructor(page: Page, close: () => Promise<void>) {
    this.page = page;
    this.close = close;
    this.quickInput = page.locator('.quick-input-widget:visible');
  }

  /** Opens the command palette with `text` typed and returns its rows; close it with Escape or pick from them. */
  async showPalette(text: string): Promise<Locator> {
    await this.page.keyboard.press('F1');
    await this.quickInput.locator('input').fill(`>${text}`);
    return this.quickRows();
  }

  /** Runs a command by its full title in the palette, such as "Heatline: Show Log". */
  async palette(title: string): Promise<void> {
    const rows = await this.showPalette(title);
    await rows.filter({ has: this.page.getByText(title, { exact: true }) }).first().click();
  }

  /** The rows of the open quick pick, once there is one. */
  async quickRows(): Promise<Locator> {
    const rows = this.quickInput.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor();
    return rows;
  }

  /** Picks the first row of the open quick pick that contains `text`. */
  async pick(text: string): Promise<void> {
    await (await this.quickRows()).filter({ hasText: text }).first().click();
  }

  /** Types into the open quick pick or input box and accepts it with Enter. */
  async answer(text: string): Promise<void> {
    await this.quickInput.locator('input').fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file of the folder by name through quick open; returns its editor once it shows text. */
  async openFile(name: string): Promise<Locator> {
    await this.page.keyboard.press('ControlOrMeta+KeyP');
    await this.quickInput.locator('input').fill(name);
    await this.pick(path.posix.basename(name));
    await this.page.locator('.tab.active', { hasText: path.posix.basename(name) }).waitFor();
    const editor = this.editor();
    await editor.locator('.view-line').first().waitFor();
    return editor;
  }

  /** Brings the tab of an open file to the front and its cursor to a line (1-based). */
  async goToLine(file: string, line: number): Promise<void> {
    // A viewer that is just opening takes the focus, which closes the input: then again.
    for (let attempt = 0; ; attempt++) {
      try {
        await this.page.locator('.tab', { hasText: file }).first().click();
        await this.page.keyboard.press('ControlOrMeta+KeyG');
        await this.quickInput.locator('input').fill(`:${line}`, { timeout: 2000 });
        return await this.page.keyboard.press('Enter');
      } catch (error) {
        if (attempt === 4) throw error;
      }
    }
  }

  /** Opens a file by a double click in the explorer, with whatever editor is its default. */
  async openFromExplorer(name: string): Promise<void> {
    await this.page.locator('.explorer-viewlet .monaco-list-row', { hasText: name }).first().dblclick();
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
  }

  /** The active text editor. */
  editor(): Locator {
    return this.page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
  }

  /** The notification that contains `text`, once it is shown. */
  async notification(text: string): Promise<Locator> {
    const toast = this.page.locator('.notification-toast', { hasText: text }).first();
    await toast.waitFor();
    // Toasts still move while an earlier one leaves, and a click would miss its button.
    await this.page.waitForTimeout(800);
    return toast;
  }

  /** Closes every message, so that the next one is found by its text. */
  async clearNotifications(): Promise<void> {
    await this.palette('Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').first().waitFor({ state: 'detached' });
  }

  /** The page inside the visible webview (viewers, and views of the side bar that are pages); the newest when there are several. */
  webview(): FrameLocator {
    return this.page.locator('iframe.webview.ready:visible').last().contentFrame().frameLocator('#active-frame');
  }

  /** Goes from the dark theme to the light one, or back. */
  async toggleTheme(): Promise<void> {
    await this.palette('Preferences: Toggle between Light/Dark Themes');
    await this.page.waitForTimeout(500);
  }

  /** Saves a picture of the window as out/screenshots/<name>.png. */
  async shot(name: string): Promise<void> {
    const folder = path.resolve('out/screenshots');
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }

  /** Closes the window and its server, and deletes the profile. */
  stop(): Promise<void> {
    return this.close();
  }
}

/**
 * Opens `folder` in a new window. The package is the file named by HEATLINE_VSIX (`npm test` sets it), else out/heatline.vsix.
 * @throws when the window does not become usable within a minute; a picture of it is then in out/screenshots/start-failed.png
 */
export async function start(folder: string, options: WorkbenchOptions = {}): Promise<Workbench> {
  const { theme = 'dark', settings = {}, trusted = true, size = { width: 1400, height: 900 }, env } = options;
  const host = await webHost({ say: console.log });
  const profile = await mkdtemp(path.join(os.tmpdir(), 'heatline-e2e-'));
  const userDataDir = path.join(profile, 'user-data');
  const extensionsDir = path.join(profile, 'extensions');
  const closers: (() => Promise<unknown>)[] = [() => rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })];
  const close = async () => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  try {
    await writeSettings(userDataDir, {
      'security.workspace.trust.enabled': !trusted,
      'security.workspace.trust.startupPrompt': 'never',
      'workbench.colorTheme': themes[theme],
      ...settings,
    });
    await installExtension({ host, vsix: path.resolve(process.env['HEATLINE_VSIX'] ?? 'out/heatline.vsix'), userDataDir, extensionsDir });
    const server = await startServer({ host, userDataDir, extensionsDir, workspaceTrust: !trusted, env });
    closers.push(() => server.stop());
    const browser = await launchBrowser();
    closers.push(() => browser.close());
    const page = await browser.newPage({ viewport: size, colorScheme: theme.includes('light') ? 'light' : 'dark' });
    const workbench = new Workbench(page, close);
    try {
      await page.goto(workbenchAddress(server, { folder }), { timeout: READY_MS });
      // Files are listed only when the window talks to the server: before that nothing can be opened.
      await page.locator('.explorer-viewlet .monaco-list-row').first().waitFor({ timeout: READY_MS });
      await page.locator('.part.statusbar').waitFor();
    } catch (error) {
      await workbench.shot('start-failed');
      throw error;
    }
    return workbench;
  } catch (error) {
    await close();
    throw error;
  }
}
