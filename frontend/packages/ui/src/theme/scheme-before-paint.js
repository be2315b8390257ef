/* Runs before first paint, as a file of our own: sets the colour scheme the reader chose, the one the application starts with, or the system's. */
(function () {
  var stored;
  try {
    stored = localStorage.getItem("torque-color-scheme") || localStorage.getItem("torque-color-scheme:" + document.location.pathname.split("/").slice(0, 3).join("/"));
  } catch {
    stored = null;
  }
  var dark = stored === "dark" || (stored !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
