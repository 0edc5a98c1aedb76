/** Light or dark as the system has it, until the button chooses. The style sheet gives VS Code's colours their values by it. */
const KEPT = 'heatline.theme';

type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
let chosen: Theme | null = kept();

function kept(): Theme | null {
  try {
    const value = localStorage.getItem(KEPT);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}

const button = document.createElement('button');
button.type = 'button';
button.id = 'theme';
button.dataset.testid = 'theme';
const icon = document.createElement('span');
icon.className = 'codicon codicon-color-mode';
icon.setAttribute('aria-hidden', 'true');
button.append(icon);

function apply(): void {
  const theme: Theme = chosen ?? (system.matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme;
  // The viewer watches the body's class, as VS Code sets it.
  document.body.className = `report vscode-${theme}`;
  const label = theme === 'dark' ? 'Switch to light colors' : 'Switch to dark colors';
  button.title = label;
  button.setAttribute('aria-label', label);
}

button.addEventListener('click', () => {
  chosen = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // It is not kept then.
  }
  apply();
});
system.addEventListener('change', apply);
apply();
document.body.append(button);
