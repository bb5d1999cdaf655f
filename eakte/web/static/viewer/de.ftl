pdfjs-page-landmark =
    .aria-label = Seite { $page }
pdfjs-loading-error = Das Schreiben konnte nicht geladen werden.
pdfjs-rendering-error = Diese Seite konnte nicht gezeichnet werden.
pdfjs-text-annotation-type =
    .alt = [Anmerkung: { $type }]
