import type { Finding } from '../../src/core/profile.ts';

const WORDS: Readonly<Record<Finding['severity'], string>> = { error: 'Error', warning: 'Warning', info: 'Information' };

/** How grave it is: an icon to see, a word to hear. */
export function SeverityIcon({ severity }: { readonly severity: Finding['severity'] }) {
  return (
    <span class={`severity ${severity}`} title={WORDS[severity]}>
      <span class={`codicon codicon-${severity}`} aria-hidden="true" />
      <span class="spoken">{WORDS[severity]}: </span>
    </span>
  );
}
