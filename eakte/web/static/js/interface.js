/* Draws the description of the interface; what is tried carries the session's form token. */
(function () {
  const place = document.getElementById("schnittstelle");
  const token = document.querySelector('meta[name="csrf-token"]').content;
  // What Swagger UI leaves out for people who listen to a page or use it without a mouse.
  const mended = [
    ["h1", { "aria-level": "2" }],
    [".opblock-tag", { "aria-level": "2" }],
    ["h4, h5", { "aria-level": "3" }],
    ["pre", { tabindex: "0" }],
    [".operation-filter-input", { "aria-label": place.dataset.filter }],
  ];
  function mend() {
    for (const [wanted, attributes] of mended) {
      for (const found of place.querySelectorAll(wanted)) {
        for (const [name, value] of Object.entries(attributes)) {
          if (found.getAttribute(name) !== value) {
            found.setAttribute(name, value);
          }
        }
      }
    }
  }
  // Its own layout is a second <main>; ours already is one.
  function withinOurPage(system) {
    const draw = system.React.createElement;
    const shown = ["InfoContainer", "AuthorizeBtnContainer", "FilterContainer", "operations"];
    return {
      components: {
        WithinOurPage: function (given) {
          const Assets = given.getComponent("SvgAssets");
          const named = function (name) {
            return draw(given.getComponent(name, true), { key: name });
          };
          const ready = given.specSelectors.loadingStatus() === "success";
          return draw("div", { className: "swagger-ui" },
            draw(Assets),
            ready ? draw("div", { className: "wrapper" }, shown.map(named)) : null);
        },
      },
    };
  }
  new MutationObserver(mend).observe(place, { childList: true, subtree: true });
  SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    deepLinking: false,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    filter: true,
    layout: "WithinOurPage",
    plugins: [withinOurPage],
    persistAuthorization: false,
    syntaxHighlight: { activated: false },
    validatorUrl: null,
    requestInterceptor: function (request) {
      if (new URL(request.url, location.href).origin === location.origin) {
        request.headers["X-CSRFToken"] = token;
      }
      return request;
    },
  });
})();
