-- SQL for every database

-- @upgrade
-- Write SQL here. What undoes it is worked out where that is possible; to write
-- it yourself, begin a section below with the line: -- @downgrade
