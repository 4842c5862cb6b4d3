"""Use cases. Pages and commands call these; nothing below knows that a user exists.

``open_services(home, clock) -> Services`` (:mod:`app.services.composition`) is the composition root:

    worklist   queues, ids, rows, complete: filtered and sorted in SQL, ids first
    cases      view; set_text, add_row, remove_row, move_row, split_row, accept, accept_all, apply_fix, undo, redo,
               finish, set_state, claim, release; history
    drafts     note, forget, keep; overtaken: half-typed texts
    shelf      favourites, recents, annotations on codes, what the code book should have
    today      log of a day of one's own by case; write, report, save_printed
    coding     search, context, effects, auto_code
    review     texts, take, take_all, undo; limits, set_limit: a batch by its texts
    checking   run, stale: whole lists in the background
    imports    preview, remap, answer, commit, undo_batch, marked_copy, batches
    exports    batch: the user's own file with corrected values
    history    timeline: every operation on a case in words, with the group before and after
    appeal     pack; save_workbook, save_printed, note_printed: the appeal pack of a case, given away on record
    assets     code books, schemes, weights, rates: import, list, use
    retraining card, cards, told; train, adopt, restore, switch; night, set_night, due: the hospital's own model
    places     small things that the window remembers

Every write returns what changed (:class:`~app.services.types.CaseView` of the case, or ``Changes``) and raises
``UserProblem`` in plain words. Commands that touch no library use :mod:`~app.services.bulk` and
:mod:`~app.services.pipeline`.
"""
