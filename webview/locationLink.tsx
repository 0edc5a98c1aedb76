import { baseName, fullLocation, isOpenable } from './location.ts';
import { OPEN_HINT, openSource } from './state.ts';

interface LocationProps {
  readonly file: string;
  readonly line: number;
  /** What to show where there is no file, such as the library. */
  readonly otherwise?: string;
  /** In tables the row is what Tab reaches, so the link itself is not. */
  readonly inTable?: boolean;
}

/** `parse.py:12` as a link to the source; plain text where there is nothing to open. */
export function LocationLink({ file, line, otherwise = '', inTable = false }: LocationProps) {
  if (!isOpenable(file)) {
    const text = file === '' || file === '~' ? otherwise : file;
    return <span class="location dim" title={text}><span class="location-file">{baseName(text)}</span></span>;
  }
  return (
    <a
      class="location"
      href="#"
      role="link"
      title={`${fullLocation(file, line)}\n${OPEN_HINT}`}
      tabIndex={inTable ? -1 : 0}
      onClick={(event) => {
        event.preventDefault();
        event.stopPropagation();
        openSource(file, line);
      }}
      onDblClick={(event) => event.stopPropagation()}
    >
      <span class="location-file">{baseName(file)}</span>
      {line > 0 && <span class="location-line number">:{line}</span>}
    </a>
  );
}
