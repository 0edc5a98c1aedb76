/**
 * Buttons, fields and lists that look like VS Code's. The only file that knows @vscode/webview-ui-toolkit: it is archived upstream,
 * and replacing it has to stay a change of this file.
 */
import { provideVSCodeDesignSystem, vsCodeButton, vsCodeDropdown, vsCodeOption, vsCodeTextField } from '@vscode/webview-ui-toolkit';
import type { ComponentChildren, JSX } from 'preact';
import { h } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/**
 * Registers the custom elements; call it once, before anything is drawn. The toolkit tries a style sheet out to learn whether the
 * browser knows `:focus-visible`: the page's `<meta property="csp-nonce">` holds the nonce that lets it.
 */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption(), vsCodeTextField());
}

interface ButtonProps {
  readonly onClick: () => void;
  readonly children?: ComponentChildren;
  readonly secondary?: boolean;
  /** Codicon before the text. */
  readonly icon?: string;
  readonly disabled?: boolean;
  readonly testId?: string;
  readonly title?: string;
}

export function Button({ onClick, children, secondary, icon, disabled, testId, title }: ButtonProps): JSX.Element {
  return h('vscode-button', {
    appearance: secondary ? 'secondary' : 'primary', onClick, disabled: disabled ?? false, title, 'data-testid': testId,
  }, icon ? h('span', { slot: 'start', class: `codicon codicon-${icon}`, 'aria-hidden': 'true' }) : null, children);
}

interface IconButtonProps {
  readonly icon: string;
  /** Tooltip and accessible name. */
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly testId?: string;
}

export function IconButton({ icon, label, onClick, disabled, testId }: IconButtonProps): JSX.Element {
  return h('vscode-button', {
    appearance: 'icon', onClick, disabled: disabled ?? false, title: label, 'aria-label': label, 'data-testid': testId,
  }, h('span', { class: `codicon codicon-${icon}`, 'aria-hidden': 'true' }));
}

interface SearchFieldProps {
  readonly value: string;
  readonly label: string;
  readonly onInput: (text: string) => void;
  readonly testId: string;
}

/** A text field for searching: Escape and the cross empty it. */
export function SearchField({ value, label, onInput, testId }: SearchFieldProps): JSX.Element {
  const element = useRef<HTMLElement>(null);
  // The element names itself "Text field" when it is attached, whatever name it had.
  useEffect(() => element.current?.setAttribute('aria-label', label), [label]);
  return h('vscode-text-field', {
    ref: element, class: 'search-field', value, placeholder: label, 'data-testid': testId, spellcheck: false,
    onInput: (event: Event) => onInput((event.target as HTMLElement & { value: string }).value),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Escape' && value !== '') {
        event.stopPropagation();
        onInput('');
      }
    },
  },
  h('span', { slot: 'start', class: 'codicon codicon-search', 'aria-hidden': 'true' }),
  value === '' ? null : h('button', { slot: 'end', type: 'button', class: 'clear codicon codicon-close', title: 'Clear search', 'aria-label': 'Clear search', onClick: () => onInput('') }));
}

interface DropdownProps<T extends string> {
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly label: string;
  readonly onChange: (value: T) => void;
  readonly testId: string;
}

export function Dropdown<T extends string>({ value, options, label, onChange, testId }: DropdownProps<T>): JSX.Element {
  const element = useRef<HTMLElement & { value: string }>(null);
  // The element takes a value only once it knows its options, which it learns after they are attached.
  useEffect(() => {
    const timer = setTimeout(() => {
      if (element.current && element.current.value !== value) element.current.value = value;
    });
    return () => clearTimeout(timer);
  }, [value, options]);
  return h('vscode-dropdown', {
    ref: element, title: label, 'aria-label': label, 'data-testid': testId,
    onChange: (event: Event) => {
      const chosen = options.find((option) => option.value === (event.target as HTMLElement & { value: string }).value);
      if (chosen && chosen.value !== value) onChange(chosen.value);
    },
  }, options.map((option) => h('vscode-option', { key: option.value, value: option.value, selected: option.value === value }, option.label)));
}
