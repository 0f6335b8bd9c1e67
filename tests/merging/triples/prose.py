"""Prose: the documentation of a service."""

from tests.merging.triples import Triples, conflicts, merges

RST: Triples = {
    # https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html#sections
    "rst: ours_removes_section_theirs_changes_it": merges(
        "atomic",
        "docs/index.rst",
        """
        b t |Welcome
        b t |=======
         o m|Shop
         o m|====
            |
        b t |Getting started
        b t |---------------
        b t |
        b t |Create an environment with the tool that you use:
        b t |
        b t |.. code-block:: bash
        b t |
        b   |   conda create --name shop python=3.11
          t |   conda create --name shop python=3.12
         o m|The shop sells what people want to buy.
        """,
    ),
    "rst: both_sides_change_title_conflicts": conflicts(
        "atomic",
        "docs/index.rst",
        """
            |Shop
            |====
            |
        b   |Getting started
        b   |---------------
         o  |Quick start
         o  |-----------
          t |Getting started with Python
          t |---------------------------
            |
            |Create an environment with the tool that you use.
        """,
        "Getting started",
    ),
    "rst: ours_moves_part_of_section_theirs_adds_to_section_conflicts": conflicts(
        "atomic",
        "docs/index.rst",
        """
            |Shop
            |====
            |
         o  |Every request needs a token of your team.
         o  |
        b t |Requests
        b t |--------
        b t |
        b t |Every request needs a token of your team.
          t |It is renewed every hour.
            |Usage
            |-----
            |
            |Send a request.
        """,
        "Requests",
    ),
    "rst: ours_changes_title_theirs_changes_section": merges(
        "unique",
        "docs/index.rst",
        """
        b t |Welcome
        b t |=======
         o m|Shop
         o m|====
         o m|
         o m|The shop sells what people want to buy.
            |
            |Usage
            |-----
            |
        b   |Send it a request.
         o  |Send it a request.
          tm|Send it a request with a token.
        """,
    ),
    "rst: both_sides_add_same_paragraph_with_different_line_breaks": merges(
        "atomic",
        "docs/index.rst",
        """
        b t |Welcome
        b t |=======
         o m|Shop
         o m|====
            |
         o m|The shop sells what people want
         o m|to buy.
          t |The shop sells what people want to buy.
         otm|
            |Usage
            |-----
            |
            |Send a request.
        """,
    ),
    "rst: both_sides_add_code_with_different_line_breaks_conflicts": conflicts(
        "atomic",
        "docs/index.rst",
        """
            |Shop
            |====
            |
         o  |   first second
         o  |   third
          t |   first second third
         ot |
            |Usage
            |-----
            |
            |Send a request.
        """,
    ),
    "rst: both_sides_append_paragraph_conflicts": conflicts(
        "atomic",
        "docs/index.rst",
        """
            |Shop
            |====
            |
         o  |The shop sells what people want.
          t |A service that sells things.
         ot |
            |Usage
            |-----
            |
            |Send a request.
        """,
        "text",
    ),
    "rst: ours_replaces_text_theirs_adds_at_top_conflicts": conflicts(
        "atomic",
        "docs/index.rst",
        """
        b t |Welcome
        b t |=======
        b t |
        b t |Usage
        b t |-----
        b t |
        b t |Send a request.
          t |
          t |.. include-until-here
         o  |Shop
         o  |====
         o  |
         o  |The shop sells what people want.
         o  |
         o  |Orders
         o  |======
         o  |
         o  |An order has items.
        """,
    ),
}

MARKDOWN: Triples = {
    # https://spec.commonmark.org/current/#atx-headings
    "markdown: both_sides_add_same_paragraph_with_different_line_breaks_conflicts": conflicts(
        "unique",
        "README.md",
        """
        b t |# shop_service
         o  |# Shop
         o  |
         o  |The shop sells what people want
         o  |to buy.
            |
          t |The shop sells what people want to buy.
          t |
            |## Usage
            |
            |Send a request.
        """,
        "The shop sells",
    ),
    # https://spec.commonmark.org/0.31.2/#example-204: the first definition takes precedence.
    "markdown: both_sides_define_same_link_in_different_places_conflicts": conflicts(
        "unique",
        "README.md",
        """
            |See the [design].
            |
         o  |[guide]: https://example.com/mine
            |[design]: https://example.com/design
            |
            |How to run it:
            |
            |    run
            |
          t |Read the [guide].
          t |
          t |[Guide]: https://example.com/new
        """,
        "`[guide]` would be defined 2 times",
    ),
    "markdown: ours_replaces_text_theirs_appends_conflicts": conflicts(
        "atomic",
        "README.md",
        """
        b t |# shop_service
        b t |
        b   |A service to sell things with.
          t |A service to sell and buy things with.
          t |
          t |<!-- README only content -->
         o  |# Shop
         o  |
         o  |The shop sells what people want.
        """,
    ),
    "markdown: ours_changes_section_theirs_removes_it_conflicts": conflicts(
        "atomic",
        "README.md",
        """
            |# Shop
            |
        bo  |## Getting started
        bo  |
        b   |Create an environment with Python 3.11 first.
         o  |Create an environment with Python 3.12 first.
        bo  |
            |## Usage
            |
        bo  |Send a request.
          t |Send a request with a token.
        """,
        "Getting started",
    ),
    # https://spec.commonmark.org/current/#setext-headings
    "markdown: ours_removes_underline_theirs_removes_heading_conflicts": conflicts(
        "atomic",
        "README.md",
        """
        bo  |Install
        b   |=======
            |
            |Send a request.
        """,
    ),
    "markdown: both_sides_change_underlined_section_conflicts": conflicts(
        "atomic",
        "docs/use.md",
        """
            |Shop
            |====
            |
        b t |Upgrade
        b t |=======
         o  |Run it
        b   |Use the thing.
         o  |My own words about it.
          t |Use the thing now.
        """,
    ),
}

TEXT: Triples = {
    "text: ours_removes_underline_theirs_removes_heading_conflicts": conflicts(
        "atomic",
        "notes.txt",
        """
        bo  |Install
        b   |=======
            |
            |Send a request.
        """,
    ),
    "text: sides_change_adjacent_lines_above_lines_like_markers": merges(
        "atomic",
        "notes.txt",
        """
        bo  |Install this service
          tm|Install the service
        b t |=======
         o m|-------
            |<<<<<<< HEAD
        bo  |=======
          tm|~~~~~~~
        b t |Send one request
         o m|Send your request
            |||||||| base
            |>>>>>>> end
        """,
    ),
    "text: sides_change_lines_next_to_underline": merges(
        "atomic",
        "notes.txt",
        """
        bo  |Install
          tm|Upgrade
        b t |=======
         o m|-------
            |
            |Send a request.
        """,
    ),
}
