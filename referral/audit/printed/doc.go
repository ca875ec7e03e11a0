// Package printed puts a report of package audit before people: as text, as a table for
// a spreadsheet, and as a page that a manager prints.
//
//		r, err := audit.Measure(log.Read(ctx, 0), audit.Breakdown{State: true, Language: true})
//		err = printed.Page(file, r, &printed.Options{Name: "/var/lib/desk"})
//
//	  - [Text] is what a terminal shows: all figures, and a line for each group.
//	  - [CSV] has a row for each group, in seconds, meters and counts.
//	  - [Page] is one file of HTML with pictures, and beneath each the table of its
//	    numbers, which are those of Text.
//
// # The page
//
// It asks for nothing: no script, no font, no picture, no connection; its Content
// Security Policy forbids them. It is in the reader's own font, light or dark as the
// reader's screen is and black on white on paper, and fits a phone. Every picture has a
// name and a description for who does not see it, no color says anything that a text or
// a shape does not, and all text has a contrast of 4.5 and more. It is smaller than a
// megabyte for a log of any size.
//
// It names agents by NPN, and consumers not at all (R29): no subject and no name of a
// log is in it, and where people are is told to a tenth of a degree. The same report
// gives the same bytes.
package printed
