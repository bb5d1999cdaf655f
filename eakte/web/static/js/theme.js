/* Runs before the page is painted: the appearance the person chose, kept in a cookie; nothing chosen follows the system. */
(function () {
  const found = document.cookie.match(/(?:^|; )eakte_thema=(light|dark)/);
  const root = document.documentElement;
  root.classList.add("js");
  if (found) {
    root.dataset.kernTheme = found[1];
  }
})();
