// Files that we write for browsers, opened in a real one.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../scripts/web-host/browser.mjs';

/** Milliseconds that anything on a page may take. */
const PATIENCE = 8000;

export interface OpenedPage {
  readonly page: Page;
  /** What went wrong or went out: errors, console messages of that kind, requests other than for the file. */
  readonly faults: string[];
}

/** One browser for a suite, and a folder for its files. */
export class BrowserPages {
  private constructor(private readonly browser: Browser, private readonly folder: string) {}

  static async start(): Promise<BrowserPages> {
    return new BrowserPages(await launchBrowser(), await mkdtemp(path.join(os.tmpdir(), 'heatline-page-')));
  }

  /** Writes a file and opens it by its file: address; `before` is a script that runs first. */
  async open(name: string, content: string, colorScheme: 'light' | 'dark' = 'light', before = ''): Promise<OpenedPage> {
    const file = path.join(this.folder, name);
    await writeFile(file, content);
    const own = pathToFileURL(file).href;
    const page = await this.browser.newPage({ colorScheme, viewport: { width: 1100, height: 640 } });
    page.setDefaultTimeout(PATIENCE);
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
    });
    page.on('request', (request) => {
      if (request.url() !== own && !/^(data|blob):/.test(request.url())) faults.push(`request for ${request.url()}`);
    });
    page.on('dialog', (dialog) => {
      faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    if (before !== '') await page.addInitScript(before);
    await page.goto(own);
    return { page, faults };
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
