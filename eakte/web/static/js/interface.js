/* Draws the description of the interface; what is tried carries the session's form token. */
(function () {
  const place = document.getElementById("schnittstelle");
  const token = document.querySelector('meta[name="csrf-token"]').content;
  SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    deepLinking: false,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    filter: true,
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
