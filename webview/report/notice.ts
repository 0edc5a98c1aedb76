/** There is no editor to open: what would be opened or copied is shown, and is in the clipboard. */

/** Milliseconds that a notice stays when nobody points at it. */
const STAY = 6000;
/** Longer texts are shown by their beginning. */
const LONGEST = 400;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a text that can be selected, and whether it was copied. */
export function notify(text: string, copied: boolean): void {
  let notice = document.getElementById('notice');
  if (!notice) {
    notice = document.createElement('div');
    notice.id = 'notice';
    notice.setAttribute('role', 'status');
    document.body.append(notice);
  }
  const shown = document.createElement('code');
  shown.textContent = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  notice.replaceChildren(copied ? 'Copied ' : 'Copy it from here: ', shown);
  notice.classList.add('shown');
  const hide = () => {
    if (notice?.matches(':hover')) timer = setTimeout(hide, STAY);
    else notice?.classList.remove('shown');
  };
  clearTimeout(timer);
  timer = setTimeout(hide, STAY);
}

/** Puts a text into the clipboard; false when the browser does not let the page. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedByCommand(text);
  }
}

/** The older way, for pages that may not use the clipboard: some browsers give it to no file. */
function copiedByCommand(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'spoken';
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
