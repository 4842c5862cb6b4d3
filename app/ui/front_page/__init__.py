"""The 住院病案首页 on paper, in the order and form of the Ministry's form of 2011: laid out, previewed, printed."""
