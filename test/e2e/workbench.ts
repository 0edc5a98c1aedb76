// Drives a real VS Code window as a person would: the extension installed from its package, in an empty profile.
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { errors, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/web-host/browser.mjs';
import { webHost } from '../../scripts/web-host/install.mjs';
import { installExtension, startServer, workbenchAddress } from '../../scripts/web-host/server.mjs';
import { themes, writeSettings } from '../../scripts/web-host/settings.mjs';

const READY_MS = 60_000;
/** Longest for a list or an input to open and be used, before it is opened again; and how often it is. */
const LIST_MS = 6000;
const ATTEMPTS = 5;
/** VS Code's protection against many notifications looks at this long. */
const TOASTS_MS = 800;
/** A key that nothing else has. */
const TOGGLE_THEME = 'Control+Alt+Shift+F9';

export type Theme = keyof typeof themes;

export interface WorkbenchOptions {
  theme?: Theme;
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
  private shown: Theme;

  constructor(page: Page, theme: Theme, close: () => Promise<void>) {
    this.page = page;
    this.shown = theme;
    this.close = close;
    this.quickInput = page.locator('.quick-input-widget:visible');
  }

  /**
   * Opens a list or an input and uses it. A viewer that is just shown takes the focus, and that closes what was opened a moment
   * before: then it is opened again, as a person would.
   */
  private async again<T>(use: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await use();
      } catch (error) {
        if (attempt === ATTEMPTS || !(error instanceof errors.TimeoutError)) throw error;
      }
    }
  }

  private async typeCommand(text: string): Promise<Locator> {
    await this.page.keyboard.press('F1');
    await this.quickInput.locator('input').fill(`>${text}`, { timeout: LIST_MS });
    const rows = this.quickInput.locator('.quick-input-list .monaco-list-row');
    await rows.first().waitFor({ timeout: LIST_MS });
    return rows;
  }

  /** Opens the command palette with `text` typed and returns its rows; close it with Escape or pick from them. */
  showPalette(text: string): Promise<Locator> {
    return this.again(() => this.typeCommand(text));
  }

  /** Runs a command by its full title in the palette, such as "Heatline: Show Log". */
  async palette(title: string): Promise<void> {
    await this.again(async () => {
      const rows = await this.typeCommand(title);
      await rows.filter({ has: this.page.getByText(title, { exact: true }) }).first().click({ timeout: LIST_MS });
    });
  }

  /** Runs a command that opens a quick pick, and picks the first row that contains `text`. */
  async choose(command: string, text: string): Promise<void> {
    await this.again(async () => {
      await this.palette(command);
      await this.quickInput.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click({ timeout: LIST_MS });
    });
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

  /** Types into the open quick pick or input box and accepts it with Enter, once it keeps what was typed: some fill in a proposal of their own at first. */
  async answer(text: string): Promise<void> {
    const input = this.quickInput.locator('input').filter({ visible: true }).first();
    for (let attempt = 1; ; attempt++) {
      await input.fill(text);
      await this.still(() => input.inputValue());
      if ((await input.inputValue()) === text) break;
      if (attempt === ATTEMPTS) throw new Error(`the input does not keep ${text}`);
    }
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file of the folder by name through quick open; returns its editor once it shows text. */
  async openFile(name: string): Promise<Locator> {
    const base = path.posix.basename(name);
    await this.again(async () => {
      await this.page.keyboard.press('ControlOrMeta+KeyP');
      await this.quickInput.locator('input').fill(name, { timeout: LIST_MS });
      await this.quickInput.locator('.quick-input-list .monaco-list-row', { hasText: base }).first().click({ timeout: LIST_MS });
    });
    await this.page.locator('.tab.active', { hasText: base }).waitFor();
    const editor = this.editor();
    await editor.locator('.view-line').first().waitFor();
    return editor;
  }

  /** Brings the tab of an open file to the front and its cursor to a line (1-based). */
  async goToLine(file: string, line: number): Promise<void> {
    await this.again(async () => {
      await this.page.locator('.tab', { hasText: file }).first().click({ timeout: LIST_MS });
      await this.page.keyboard.press('ControlOrMeta+KeyG');
      await this.quickInput.locator('input').fill(`:${line}`, { timeout: LIST_MS });
      await this.page.keyboard.press('Enter');
      await this.page.locator('.statusbar-item', { hasText: `Ln ${line},` }).first().waitFor({ timeout: LIST_MS });
    });
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
    // VS Code shows no more than three in 800 ms, so what is done about this one must not bring the fourth; and an earlier one may still be leaving.
    await this.page.waitForTimeout(TOASTS_MS);
    return toast;
  }

  /** Presses a button of the notification that contains `text`; again when it is drawn anew just then and the press is lost. */
  async pressInNotification(text: string, button: string): Promise<void> {
    const toast = await this.notification(text);
    await this.again(async () => {
      await toast.hover({ timeout: LIST_MS });
      await toast.locator('.monaco-button', { hasText: button }).click({ timeout: LIST_MS });
      await toast.waitFor({ state: 'detached', timeout: LIST_MS });
    });
  }

  /** Waits until what is looked at is the same three times in a row, a tenth of a second apart; at most five seconds, for what never stands still. */
  private async still(look: () => Promise<string>): Promise<void> {
    let before = await look();
    for (let looked = 1, same = 1; looked < 50 && same < 3; looked++) {
      await this.page.waitForTimeout(100);
      const now = await look();
      same = now === before ? same + 1 : 1;
      before = now;
    }
  }

  /** Waits until the rows of the open quick pick stand still: they fade in, and what is found out meanwhile moves them. */
  async settledRows(): Promise<Locator> {
    const rows = await this.quickRows();
    await this.still(async () => JSON.stringify(await rows.evaluateAll((all) => all.map((row) => [row.textContent, row.getBoundingClientRect().top]))));
    return rows;
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

  /** Which theme is shown. */
  get theme(): Theme {
    return this.shown;
  }

  /** Goes from the dark theme to the light one, or back, by a key, so that lists and inputs stay open; returns when the window and its pages are drawn in it. */
  async toggleTheme(): Promise<void> {
    const [theme, kind] = this.shown === 'dark' ? ['light', 'vs'] as const : ['dark', 'vs-dark'] as const;
    await this.again(async () => {
      await this.page.keyboard.press(TOGGLE_THEME);
      await this.page.locator(`.monaco-workbench.${kind}`).first().waitFor({ timeout: LIST_MS });
    });
    this.shown = theme;
    const pages = this.page.locator('iframe.webview.ready:visible');
    for (let at = await pages.count(); at > 0; at--) {
      const body = pages.nth(at - 1).contentFrame().frameLocator('#active-frame').locator(`body.vscode-${theme}`);
      await body.waitFor();
      // What is painted by hand is painted anew in the frame after.
      await body.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    }
  }

  /** Does something in the theme that is shown, and again in the other one, which stays. */
  async inBothThemes(look: (theme: Theme) => Promise<void>): Promise<void> {
    await look(this.shown);
    await this.toggleTheme();
    await look(this.shown);
  }

  /** Saves a picture of the window as out/screenshots/<name>.png, when two in a row are the same; at most the sixth. */
  async shot(name: string): Promise<void> {
    const folder = path.resolve('out/screenshots');
    await mkdir(folder, { recursive: true });
    let picture = await this.page.screenshot();
    for (let taken = 1, before: Buffer | undefined; taken < 6 && !before?.equals(picture); taken++) {
      before = picture;
      await this.page.waitForTimeout(100);
      picture = await this.page.screenshot();
    }
    await writeFile(path.join(folder, `${name}.png`), picture);
  }

  /** Saves a picture in each of the two themes. */
  async shots(nameOf: (theme: Theme) => string): Promise<void> {
    await this.inBothThemes((theme) => this.shot(nameOf(theme)));
  }

  /** Closes the window and its server, and deletes the profile. */
  stop(): Promise<void> {
    return this.close();
  }
}

/**
 * Opens `folder` in a new window. The package is in a copy of the folder of extensions that HEATLINE_EXTENSIONS names (`npm test`
 * sets it); without that out/heatline.vsix is installed.
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
      // Nothing moves or blinks: pictures are the same each time, and a click hits what was seen.
      'editor.cursorBlinking': 'solid',
      'workbench.reduceMotion': 'on',
      ...settings,
    });
    const keys = [{ key: TOGGLE_THEME.toLowerCase().replace('control', 'ctrl'), command: 'workbench.action.toggleLightDarkThemes' }];
    await writeFile(path.join(userDataDir, 'User', 'keybindings.json'), JSON.stringify(keys));
    const installed = process.env['HEATLINE_EXTENSIONS'];
    if (installed) await cp(installed, extensionsDir, { recursive: true });
    else await installExtension({ host, vsix: path.resolve('out/heatline.vsix'), userDataDir, extensionsDir });
    const server = await startServer({ host, userDataDir, extensionsDir, workspaceTrust: !trusted, env });
    closers.push(() => server.stop());
    const browser = await launchBrowser();
    closers.push(() => browser.close());
    const page = await browser.newPage({ viewport: size, colorScheme: theme.includes('light') ? 'light' : 'dark' });
    const workbench = new Workbench(page, theme, close);
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
