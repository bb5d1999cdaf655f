"""Where does the paper of scanned stacks lie, and by which two persons is it destroyed?"""
