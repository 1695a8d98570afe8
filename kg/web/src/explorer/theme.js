// Light or dark: as the system has it, until someone chooses otherwise; the choice is remembered.

const KEY = "paperkg-theme";
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now. */
export function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
}

/** Take the remembered choice, and let a button change it. What draws by itself listens to `themechange`. */
export function startTheme(button) {
  const chosen = remembered();
  if (chosen) root.dataset.theme = chosen;
  const tell = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    document.dispatchEvent(new Event("themechange"));
  };
  tell();
  system.addEventListener("change", tell);
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    root.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage may be switched off; the choice then holds until the page is left.
    }
    tell();
  });
}

function remembered() {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "";
  } catch {
    return "";
  }
}
