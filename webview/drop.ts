/** Files dropped on the page are opened as profiles. VS Code lets a drop through to the page while Shift is held. */
import { tell } from './channel.ts';

/** What a drag carries: the editor's own lists name every file, the standard one those of other programs. */
const TYPES = ['application/vnd.code.uri-list', 'text/uri-list'];

/** Takes drops anywhere on the page. Runs as long as the page. */
export function watchDrops(): void {
  window.addEventListener('dragover', (event) => {
    if (!event.dataTransfer || !TYPES.some((type) => event.dataTransfer?.types.includes(type))) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  });
  window.addEventListener('drop', (event) => {
    const uris = TYPES.map((type) => event.dataTransfer?.getData(type) ?? '').find(Boolean);
    if (!uris) return;
    event.preventDefault();
    tell({ type: 'drop', uris });
  });
}
